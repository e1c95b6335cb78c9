package io.millrace.benchmarks.cometd;

import io.millrace.benchmarks.control.Peer;
import io.millrace.benchmarks.control.PeerProcess;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.BayeuxServer;
import org.cometd.bayeux.server.ServerChannel;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.http.JSONHttpTransport;
import org.cometd.server.http.jakarta.CometDServlet;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** CometD over the WebSocket of Jetty, without servlets, and over long polls, with a servlet. */
public final class CometdPeer implements Peer {

  private final BayeuxServerImpl bayeux = new BayeuxServerImpl();
  private final Map<String, ServerChannel> channels = new ConcurrentHashMap<>();

  private CometdPeer() {}

  @Override
  public int start() throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    connector.setAcceptQueueSize(1024);
    connector.setIdleTimeout(TimeUnit.SECONDS.toMillis(Peer.idleSeconds()));
    server.addConnector(connector);
    ContextHandler context = new ContextHandler("/");
    server.setHandler(new ContextHandlerCollection(context, longPolls()));
    context.setHandler(WebSocketUpgradeHandler.from(server, context));
    bayeux.setOption(Context.class.getName(), context.getContext());
    bayeux.setOption("ws.cometdURLMapping", "/cometd");
    bayeux.setTransports(new JettyWebSocketTransport(bayeux), new JSONHttpTransport(bayeux));
    bayeux.setAllowedTransports("websocket", "long-polling");
    server.addBean(bayeux);
    server.start();
    return connector.getLocalPort();
  }

  private ServletContextHandler longPolls() {
    ServletContextHandler context = new ServletContextHandler("/longpoll");
    context.setAttribute(BayeuxServer.ATTRIBUTE, bayeux);
    ServletHolder servlet = new ServletHolder(new CometDServlet());
    servlet.setAsyncSupported(true);
    context.addServlet(servlet, "/cometd");
    return context;
  }

  @Override
  public void publish(String channel, String payload) {
    channels.computeIfAbsent(channel, this::created).publish(null, payload, Promise.noop());
  }

  private ServerChannel created(String channel) {
    return bayeux
        .createChannelIfAbsent(
            "/" + channel.replace('.', '/'), created -> created.setPersistent(true))
        .getReference();
  }

  /**
   * Runs it.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    PeerProcess.run(new CometdPeer());
  }
}

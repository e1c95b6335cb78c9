package io.millrace.benchmarks.cometd;

import io.millrace.benchmarks.control.Peer;
import io.millrace.benchmarks.control.PeerProcess;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.ServerChannel;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** CometD over the WebSocket of Jetty, without servlets. */
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
    server.addConnector(connector);
    ContextHandler context = new ContextHandler("/");
    server.setHandler(context);
    context.setHandler(WebSocketUpgradeHandler.from(server, context));
    bayeux.setOption(Context.class.getName(), context.getContext());
    bayeux.setOption("ws.cometdURLMapping", "/cometd");
    bayeux.setTransports(new JettyWebSocketTransport(bayeux));
    bayeux.setAllowedTransports("websocket");
    server.addBean(bayeux);
    server.start();
    return connector.getLocalPort();
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

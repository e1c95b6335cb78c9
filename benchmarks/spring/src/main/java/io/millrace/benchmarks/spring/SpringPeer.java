package io.millrace.benchmarks.spring;

import io.millrace.benchmarks.control.Peer;
import io.millrace.benchmarks.control.PeerProcess;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;
import org.springframework.messaging.simp.SimpMessagingTemplate;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;

/** Spring's simple STOMP broker on Tomcat. */
public final class SpringPeer implements Peer {

  private final AnnotationConfigWebApplicationContext context =
      new AnnotationConfigWebApplicationContext();
  private SimpMessagingTemplate template;

  @SuppressWarnings("NullAway.Init") // It is started before anything is published.
  private SpringPeer() {}

  @Override
  public int start() throws Exception {
    Tomcat tomcat = new Tomcat();
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    connector.setProperty("maxConnections", "20000");
    connector.setProperty("acceptCount", "1024");
    connector.setProperty("connectionTimeout", String.valueOf(1000 * Peer.idleSeconds()));
    tomcat.setConnector(connector);
    Context root = tomcat.addContext("", null);
    root.addServletContainerInitializer(new WsSci(), null);
    context.register(StompConfiguration.class);
    Tomcat.addServlet(root, "dispatcher", new DispatcherServlet(context)).setLoadOnStartup(1);
    root.addServletMappingDecoded("/", "dispatcher");
    tomcat.start();
    template = context.getBean(SimpMessagingTemplate.class);
    return connector.getLocalPort();
  }

  @Override
  public void publish(String channel, String payload) {
    template.convertAndSend("/topic/" + channel, payload);
  }

  /**
   * Runs it.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    PeerProcess.run(new SpringPeer());
  }
}

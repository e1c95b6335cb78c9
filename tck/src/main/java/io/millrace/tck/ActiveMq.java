package io.millrace.tck;

import java.util.List;
import java.util.Set;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.TransportConnector;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.AuthorizationEntry;
import org.apache.activemq.security.AuthorizationPlugin;
import org.apache.activemq.security.DefaultAuthorizationMap;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An Apache ActiveMQ Classic server inside the JVM, with STOMP, AMQP 1.0 and OpenWire, as a JUnit
 * extension:
 *
 * <pre>{@code
 * @RegisterExtension static final ActiveMq ACTIVEMQ = new ActiveMq();
 * }</pre>
 *
 * <p>It keeps nothing on disk, listens on ports of the loopback address, and runs as long as the
 * tests of the class. It needs {@code activemq-broker}, {@code activemq-jaas}, {@code
 * activemq-stomp} and {@code activemq-amqp} on the class path; this module does not depend on them.
 * Not safe for use by several threads; all methods block.
 */
public final class ActiveMq implements BeforeAllCallback, AfterAllCallback {

  private static final String USERNAME = "millrace";
  private static final String PASSWORD = "secret-of-tests";

  private static final String GROUP = "nodes";

  /** Every user may do everything, except with the topic that is refused. */
  private final class Permissions extends DefaultAuthorizationMap {

    Permissions() throws Exception {
      AuthorizationEntry all = new AuthorizationEntry();
      all.setRead(GROUP);
      all.setWrite(GROUP);
      all.setAdmin(GROUP);
      setDefaultEntry(all);
    }

    @Override
    public Set<Object> getReadACLs(ActiveMQDestination destination) {
      return isRefused(destination) ? Set.of() : super.getReadACLs(destination);
    }

    @Override
    public Set<Object> getWriteACLs(ActiveMQDestination destination) {
      return isRefused(destination) ? Set.of() : super.getWriteACLs(destination);
    }

    private boolean isRefused(ActiveMQDestination destination) {
      return destination.isTopic() && destination.getPhysicalName().equals(refused);
    }
  }

  private volatile String refused = "";
  private final BrokerService server = new BrokerService();
  private int amqpPort;
  private int stompPort;
  private int openWirePort;

  /** Makes an extension. The server starts with the first test. */
  public ActiveMq() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    server.setBrokerName("millrace");
    server.setPersistent(false);
    server.setUseJmx(false);
    try {
      server.setPlugins(
          new BrokerPlugin[] {
            new SimpleAuthenticationPlugin(
                List.of(new AuthenticationUser(USERNAME, PASSWORD, GROUP))),
            new AuthorizationPlugin(new Permissions())
          });
      TransportConnector amqp = server.addConnector("amqp://127.0.0.1:0");
      TransportConnector stomp = server.addConnector("stomp://127.0.0.1:0");
      TransportConnector openWire = server.addConnector("tcp://127.0.0.1:0");
      server.start();
      server.waitUntilStarted();
      amqpPort = amqp.getConnectUri().getPort();
      stompPort = stomp.getConnectUri().getPort();
      openWirePort = openWire.getConnectUri().getPort();
    } catch (Exception e) {
      throw new IllegalStateException("ActiveMQ cannot be started", e);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    try {
      server.stop();
      server.waitUntilStopped();
    } catch (Exception e) {
      throw new IllegalStateException("ActiveMQ cannot be stopped", e);
    }
  }

  /**
   * {@return a way to make the server refuse topics}
   *
   * @param prefix the prefix of the topics of channels
   */
  public BrokerRefusals refusals(String prefix) {
    return new BrokerRefusals() {
      @Override
      public void refuse(String channel) {
        refused = prefix + channel;
      }

      @Override
      public void permit() {
        refused = "";
      }
    };
  }

  /** {@return the address that all ports are on} */
  public String host() {
    return "127.0.0.1";
  }

  /** {@return the port for AMQP 1.0} */
  public int amqpPort() {
    return amqpPort;
  }

  /** {@return the port for STOMP} */
  public int stompPort() {
    return stompPort;
  }

  /** {@return the port for OpenWire, which ActiveMQ's JMS client speaks} */
  public int openWirePort() {
    return openWirePort;
  }

  /** {@return the name of a user who may do everything} */
  public String username() {
    return USERNAME;
  }

  /** {@return that user's password} */
  public String password() {
    return PASSWORD;
  }
}

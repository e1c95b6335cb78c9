package io.millrace.tck;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An Apache ActiveMQ Artemis server within the JVM, with STOMP and AMQP 1.0, as an extension of
 * JUnit:
 *
 * <pre>{@code
 * @RegisterExtension static final Artemis ARTEMIS = new Artemis();
 * }</pre>
 *
 * <p>It keeps nothing on disk, listens on ports of the loopback address, runs before each test and
 * is gone after all tests of the class. It needs {@code artemis-server}, {@code
 * artemis-amqp-protocol} and {@code artemis-stomp-protocol} on the class path, which this module
 * does not bring. Not safe to be used by threads at a time; all methods block.
 */
public final class Artemis implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

  private static final String USERNAME = "millrace";
  private static final String PASSWORD = "secret-of-tests";

  private final int amqpPort;
  private final int stompPort;
  private final EmbeddedActiveMQ server = new EmbeddedActiveMQ();

  /** Makes an extension. The server starts with the first test. */
  public Artemis() {
    List<Integer> free = FreePorts.find(2);
    amqpPort = free.get(0);
    stompPort = free.get(1);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    start();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    stop();
  }

  /** {@return the address all ports are on} */
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

  /** {@return the name of a user who may do everything} */
  public String username() {
    return USERNAME;
  }

  /** {@return that user's password} */
  public String password() {
    return PASSWORD;
  }

  /** Starts the server, unless it runs, and waits until it serves. */
  public void start() {
    if (running()) {
      return;
    }
    SecurityConfiguration users =
        new SecurityConfiguration(Map.of(USERNAME, PASSWORD), Map.of(USERNAME, List.of(USERNAME)));
    try {
      server
          .setConfiguration(configuration())
          .setSecurityManager(
              new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users))
          .start();
    } catch (Exception e) {
      throw new IllegalStateException("Artemis cannot be started", e);
    }
  }

  private boolean running() {
    return server.getActiveMQServer() != null && server.getActiveMQServer().isActive();
  }

  private Configuration configuration() throws Exception {
    return new ConfigurationImpl()
        .setPersistenceEnabled(false)
        .setJMXManagementEnabled(false)
        .addAcceptorConfiguration("amqp", "tcp://127.0.0.1:" + amqpPort + "?protocols=AMQP")
        .addAcceptorConfiguration("stomp", "tcp://127.0.0.1:" + stompPort + "?protocols=STOMP")
        .putSecurityRoles("#", Set.of(role(true)))
        .addAddressSetting(
            "#",
            new AddressSettings()
                .setDefaultAddressRoutingType(RoutingType.MULTICAST)
                .setDefaultQueueRoutingType(RoutingType.MULTICAST));
  }

  /** Who may do everything; to send and to consume, only if said so. */
  private static Role role(boolean uses) {
    return new Role(
        USERNAME, uses, uses, true, true, true, true, true, true, true, true, true, true);
  }

  /** Stops the server, if it runs, and waits until it has ended. Everything in it is lost. */
  public void stop() {
    if (running()) {
      try {
        server.stop();
      } catch (Exception e) {
        throw new IllegalStateException("Artemis cannot be stopped", e);
      }
    }
  }

  /**
   * {@return the means to make it refuse topics altogether}
   *
   * @param prefix what the addresses of channels begin with
   */
  public BrokerRefusals refusals(String prefix) {
    return refusals(prefix, Set.of());
  }

  /**
   * {@return the means to make it refuse to send and to consume at topics, which may be made}
   *
   * @param prefix what the addresses of channels begin with
   */
  public BrokerRefusals refusalsOfUse(String prefix) {
    return refusals(prefix, Set.of(role(false)));
  }

  private BrokerRefusals refusals(String prefix, Set<Role> remaining) {
    return new BrokerRefusals() {
      private String address = "";

      @Override
      public void refuse(String channel) {
        address = prefix + channel;
        // The closest match is the one that counts.
        server.getActiveMQServer().getSecurityRepository().addMatch(address, remaining);
      }

      @Override
      public void permit() {
        server.getActiveMQServer().getSecurityRepository().removeMatch(address);
      }
    };
  }

  /** {@return how many subscriptions clients have to its queues} */
  public long consumers() {
    return server.getActiveMQServer().getTotalConsumerCount();
  }

  /** {@return how many connections clients have to it} */
  public int connections() {
    return server.getActiveMQServer().getConnectionCount();
  }
}

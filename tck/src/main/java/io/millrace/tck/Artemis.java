package io.millrace.tck;

import io.millrace.testkit.FreePorts;
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
 * An Apache ActiveMQ Artemis server inside the JVM, with STOMP and AMQP 1.0, as a JUnit extension:
 *
 * <pre>{@code
 * @RegisterExtension static final Artemis ARTEMIS = new Artemis();
 * }</pre>
 *
 * <p>It keeps nothing on disk, and listens on ports of the loopback address. It is started before
 * each test, if it does not run, and stopped after all tests of the class. It needs {@code
 * artemis-server}, {@code artemis-amqp-protocol} and {@code artemis-stomp-protocol} on the class
 * path; this module does not depend on them. Not safe for use by several threads; all methods
 * block.
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

  /** {@return the name of a user who may do everything} */
  public String username() {
    return USERNAME;
  }

  /** {@return that user's password} */
  public String password() {
    return PASSWORD;
  }

  /** Starts the server, unless it is running, and waits until it serves. */
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

  /** The user's role. It permits everything; sending and consuming only if {@code uses} is true. */
  private static Role role(boolean uses) {
    return new Role(
        USERNAME, uses, uses, true, true, true, true, true, true, true, true, true, true);
  }

  /** Stops the server, if it is running, and waits until it has ended. Its data is lost. */
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
   * {@return a way to make the server refuse everything to do with a topic}
   *
   * @param prefix the prefix of the addresses of channels
   */
  public BrokerRefusals refusals(String prefix) {
    return refusals(prefix, Set.of());
  }

  /**
   * {@return a way to make the server refuse to send to a topic and to consume from it; the topic
   * may still be created}
   *
   * @param prefix the prefix of the addresses of channels
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
        // The most specific match counts.
        server.getActiveMQServer().getSecurityRepository().addMatch(address, remaining);
      }

      @Override
      public void permit() {
        server.getActiveMQServer().getSecurityRepository().removeMatch(address);
      }
    };
  }

  /** {@return how many subscriptions to its queues clients have} */
  public long consumers() {
    return server.getActiveMQServer().getTotalConsumerCount();
  }

  /** {@return how many connections from clients it has} */
  public int connections() {
    return server.getActiveMQServer().getConnectionCount();
  }
}

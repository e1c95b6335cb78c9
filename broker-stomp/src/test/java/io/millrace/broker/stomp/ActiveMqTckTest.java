package io.millrace.broker.stomp;

import io.millrace.spi.Broker;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerTck;
import io.millrace.tck.FaultProxy;
import java.util.List;
import java.util.Optional;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;

/** ActiveMQ Classic, in this JVM. */
class ActiveMqTckTest extends BrokerTck {

  private static final BrokerService SERVER = new BrokerService();
  private static int port;

  @AutoClose private final FaultProxy proxy = new FaultProxy("127.0.0.1", port);

  @BeforeAll
  static void start() throws Exception {
    SERVER.setBrokerName("millrace");
    SERVER.setPersistent(false);
    SERVER.setUseJmx(false);
    SERVER.setPlugins(
        new BrokerPlugin[] {
          new SimpleAuthenticationPlugin(
              List.of(new AuthenticationUser("millrace", "secret", "nodes")))
        });
    var connector = SERVER.addConnector("stomp://127.0.0.1:0");
    SERVER.start();
    SERVER.waitUntilStarted();
    port = connector.getConnectUri().getPort();
  }

  @AfterAll
  static void stop() throws Exception {
    SERVER.stop();
    SERVER.waitUntilStopped();
  }

  @Override
  protected Broker newBroker() {
    return new StompBroker(
        new StompBrokerOptions()
            .setHosts(List.of(proxy.host() + ":" + proxy.port()))
            .setLogin("millrace")
            .setPasscode("secret"));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(proxy);
  }
}

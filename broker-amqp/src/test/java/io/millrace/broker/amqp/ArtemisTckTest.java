package io.millrace.broker.amqp;

import io.millrace.spi.Broker;
import io.millrace.tck.Artemis;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerTck;
import io.millrace.tck.FaultProxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

class ArtemisTckTest extends BrokerTck {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  private static FaultProxy proxy;

  @BeforeAll
  static void startProxy() {
    proxy = new FaultProxy(ARTEMIS.host(), ARTEMIS.amqpPort());
  }

  @AfterAll
  static void stopProxy() {
    proxy.close();
  }

  @Override
  protected Broker newBroker() {
    return new AmqpBroker(
        new AmqpBrokerOptions()
            .setHosts(List.of(proxy.host() + ":" + proxy.port()))
            .setUsername(ARTEMIS.username())
            .setPassword(ARTEMIS.password()));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(proxy);
  }
}

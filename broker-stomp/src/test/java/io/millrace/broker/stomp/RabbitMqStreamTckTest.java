package io.millrace.broker.stomp;

import io.millrace.spi.Broker;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerTck;
import io.millrace.tck.FaultProxy;
import io.millrace.tck.RabbitMq;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqStreamTckTest extends BrokerTck {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private static FaultProxy proxy;

  /** Each test has a stream of its own, of channels of its own. */
  private final String stream = "tck-" + UUID.randomUUID();

  @BeforeAll
  static void startProxy() {
    proxy = new FaultProxy(RABBIT.host(), RABBIT.stompPort());
  }

  @AfterAll
  static void stopProxy() {
    proxy.close();
  }

  @Override
  protected Broker newBroker() {
    return new StompBroker(
        new StompBrokerOptions()
            .setHosts(List.of(proxy.host() + ":" + proxy.port()))
            .setLogin(RABBIT.username())
            .setPasscode(RABBIT.password())
            .setVirtualHost("/")
            .setPrefix(stream + ".")
            .setMode(StompMode.STREAM)
            .setStream(stream));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(proxy);
  }
}

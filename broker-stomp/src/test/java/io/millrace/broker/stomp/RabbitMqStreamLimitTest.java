package io.millrace.broker.stomp;

import io.millrace.spi.Broker;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerRefusals;
import io.millrace.tck.RabbitMq;
import io.millrace.tck.RabbitMqLimitTck;
import io.millrace.tck.RabbitMqRefusals;
import io.millrace.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqStreamLimitTest extends RabbitMqLimitTck {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  /** Each test has its own stream, with its own channels. */
  private final String stream = "tck-" + UUID.randomUUID();

  @AutoClose private final FaultProxy proxy = new FaultProxy(RABBIT.host(), RABBIT.stompPort());

  @Override
  protected Broker newBroker() {
    return new StompBroker(
        new StompBrokerOptions()
            .setHosts(List.of(proxy.host() + ":" + proxy.port()))
            .setUsername(RABBIT.username())
            .setPassword(RABBIT.password())
            .setHeartbeat(Duration.ofSeconds(5))
            .setConfirmTimeout(Duration.ofSeconds(5))
            .setVirtualHost("/")
            .setPrefix(stream + ".")
            .setMode(StompMode.STREAM)
            .setStream(stream));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(BrokerLink.through(proxy));
  }

  @Override
  protected Optional<BrokerRefusals> refusals() {
    return Optional.of(new RabbitMqRefusals(RABBIT, RABBIT.username(), stream + "."));
  }

  @Override
  protected RabbitMq rabbit() {
    return RABBIT;
  }
}

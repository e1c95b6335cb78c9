package io.millrace.broker.amqp;

import io.millrace.spi.Broker;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerRefusals;
import io.millrace.tck.BrokerTck;
import io.millrace.tck.RabbitMq;
import io.millrace.tck.RabbitMqRefusals;
import io.millrace.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqTckTest extends BrokerTck {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  @AutoClose private final FaultProxy proxy = new FaultProxy(RABBIT.host(), RABBIT.amqpPort());

  @BeforeAll
  static void letQueuesExpire() {
    RABBIT.rabbitmqctl(RabbitMqTest.EXPIRY);
  }

  @Override
  protected Broker newBroker() {
    return new AmqpBroker(
        new AmqpBrokerOptions()
            .setConfirmTimeout(Duration.ofSeconds(30))
            .setHosts(List.of(proxy.host() + ":" + proxy.port()))
            .setUsername(RABBIT.username())
            .setPassword(RABBIT.password()));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(BrokerLink.through(proxy));
  }

  @Override
  protected Optional<BrokerRefusals> refusals() {
    return Optional.of(new RabbitMqRefusals(RABBIT, RABBIT.username(), "millrace."));
  }
}

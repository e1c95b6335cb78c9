package io.millrace.broker.amqp;

import io.millrace.spi.Broker;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerTck;
import io.millrace.tck.FaultProxy;
import io.millrace.tck.RabbitMq;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqTckTest extends BrokerTck {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private static FaultProxy proxy;

  @BeforeAll
  static void startProxy() {
    RABBIT.rabbitmqctl(RabbitMqTest.EXPIRY);
    proxy = new FaultProxy(RABBIT.host(), RABBIT.amqpPort());
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
            .setUsername(RABBIT.username())
            .setPassword(RABBIT.password()));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(proxy);
  }
}

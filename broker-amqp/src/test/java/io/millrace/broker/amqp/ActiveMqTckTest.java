package io.millrace.broker.amqp;

import io.millrace.spi.Broker;
import io.millrace.tck.ActiveMq;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerRefusals;
import io.millrace.tck.BrokerTck;
import io.millrace.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.extension.RegisterExtension;

class ActiveMqTckTest extends BrokerTck {

  @RegisterExtension static final ActiveMq ACTIVEMQ = new ActiveMq();

  @AutoClose private final FaultProxy proxy = new FaultProxy(ACTIVEMQ.host(), ACTIVEMQ.amqpPort());

  @Override
  protected Broker newBroker() {
    return new AmqpBroker(
        new AmqpBrokerOptions()
            .setConfirmTimeout(Duration.ofSeconds(30))
            .setHosts(List.of(proxy.host() + ":" + proxy.port()))
            .setUsername(ACTIVEMQ.username())
            .setPassword(ACTIVEMQ.password()));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(BrokerLink.through(proxy));
  }

  @Override
  protected Optional<BrokerRefusals> refusals() {
    return Optional.of(ACTIVEMQ.refusals("millrace."));
  }
}

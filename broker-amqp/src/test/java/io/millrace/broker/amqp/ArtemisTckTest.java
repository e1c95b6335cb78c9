package io.millrace.broker.amqp;

import io.millrace.spi.Broker;
import io.millrace.tck.Artemis;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerRefusals;
import io.millrace.tck.BrokerTck;
import io.millrace.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.extension.RegisterExtension;

class ArtemisTckTest extends BrokerTck {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  @AutoClose private final FaultProxy proxy = new FaultProxy(ARTEMIS.host(), ARTEMIS.amqpPort());

  @Override
  protected Broker newBroker() {
    return new AmqpBroker(
        new AmqpBrokerOptions()
            .setConfirmTimeout(Duration.ofSeconds(30))
            .setHosts(List.of(proxy.host() + ":" + proxy.port()))
            .setUsername(ARTEMIS.username())
            .setPassword(ARTEMIS.password()));
  }

  @Override
  protected Optional<BrokerLink> link() {
    return Optional.of(BrokerLink.through(proxy));
  }

  @Override
  protected Optional<BrokerRefusals> refusals() {
    return Optional.of(ARTEMIS.refusalsOfUse("millrace."));
  }
}

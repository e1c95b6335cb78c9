package io.millrace.broker.stomp;

import io.millrace.spi.Broker;
import io.millrace.tck.Artemis;
import io.millrace.tck.BrokerLink;
import io.millrace.tck.BrokerRefusals;
import io.millrace.tck.BrokerTck;
import io.millrace.testkit.FaultProxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.extension.RegisterExtension;

class ArtemisTopicTckTest extends BrokerTck {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  @AutoClose private final FaultProxy proxy = new FaultProxy(ARTEMIS.host(), ARTEMIS.stompPort());

  @Override
  protected Broker newBroker() {
    return new StompBroker(
        new StompBrokerOptions()
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
    return Optional.of(ARTEMIS.refusals("millrace."));
  }

  @Override
  protected Optional<String> overlapFault() {
    return Optional.of(
        "Artemis up to 2.57 damages its table of addresses when a pattern loses its last"
            + " subscription under load, and then breaks the link (ARTEMIS-6199).");
  }
}

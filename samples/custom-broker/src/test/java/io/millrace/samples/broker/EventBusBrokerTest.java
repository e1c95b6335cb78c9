package io.millrace.samples.broker;

import io.millrace.spi.Broker;
import io.millrace.tck.BrokerTck;

class EventBusBrokerTest extends BrokerTck {

  @Override
  protected Broker newBroker() {
    return new EventBusBroker();
  }
}

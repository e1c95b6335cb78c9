package io.millrace.broker.memory;

import io.millrace.spi.Broker;
import io.millrace.tck.BrokerTck;

class MemoryBrokerTckTest extends BrokerTck {

  @Override
  protected Broker newBroker() {
    return new MemoryBroker();
  }
}

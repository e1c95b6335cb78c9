/** The broker of a single node. */
module io.millrace.broker.memory {
  requires transitive io.millrace.api;

  exports io.millrace.broker.memory;

  provides io.millrace.spi.Broker with
      io.millrace.broker.memory.MemoryBroker;
}

/** The broker over STOMP. */
module io.millrace.broker.stomp {
  requires transitive io.millrace.api;

  exports io.millrace.broker.stomp;

  provides io.millrace.spi.Broker with
      io.millrace.broker.stomp.StompBroker;
}

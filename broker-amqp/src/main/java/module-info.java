/** The broker over AMQP 1.0. */
module io.millrace.broker.amqp {
  requires io.vertx.proton;
  requires java.security.sasl;
  requires org.apache.qpid.proton.j;
  requires transitive io.millrace.api;
  requires transitive io.vertx.amqp.client;

  exports io.millrace.broker.amqp;

  provides io.millrace.spi.Broker with
      io.millrace.broker.amqp.AmqpBroker;
}

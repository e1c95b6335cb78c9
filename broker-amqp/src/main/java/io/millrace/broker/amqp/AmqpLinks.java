package io.millrace.broker.amqp;

import io.millrace.spi.link.LinkFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import javax.net.ssl.SSLException;

/** Makes links, each with a client of its own. */
record AmqpLinks(Vertx vertx, AmqpBrokerOptions options) implements LinkFactory<AmqpLink> {

  @Override
  public Future<AmqpLink> connect(HostAndPort host) {
    return AmqpLink.connect(vertx, options, host);
  }

  @Override
  public boolean isLasting(Throwable failure) {
    return failure instanceof AmqpException
        || (failure instanceof SSLException && failure.getCause() != null);
  }
}

package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;

/** A broker of another class that delegates to a broker. */
abstract class DelegatingBroker implements Broker {

  private final Broker delegate;

  DelegatingBroker(Broker delegate) {
    this.delegate = delegate;
  }

  @Override
  public String name() {
    return delegate.name();
  }

  @Override
  public Future<Void> open(Ingress ingress) {
    return delegate.open(ingress);
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    return delegate.publish(channel, message);
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    return delegate.subscribe(pattern);
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    return delegate.unsubscribe(pattern);
  }

  @Override
  public Future<Void> close() {
    return delegate.close();
  }
}

package io.millrace.tck;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.BrokerLog;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records which channels and patterns reach a broker. */
final class SpyBroker implements Broker {

  private final Broker broker;
  private final List<String> channels = new CopyOnWriteArrayList<>();

  SpyBroker(Broker broker) {
    this.broker = broker;
  }

  List<String> channels() {
    return channels;
  }

  @Override
  public String name() {
    return broker.name();
  }

  @Override
  public Future<Void> open(Ingress ingress) {
    return broker.open(ingress);
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    channels.add(channel);
    return broker.publish(channel, message);
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    channels.add(pattern.toString());
    return broker.subscribe(pattern);
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    channels.add(pattern.toString());
    return broker.unsubscribe(pattern);
  }

  @Override
  public Future<Void> close() {
    return broker.close();
  }

  @Override
  public Optional<BrokerLog> log() {
    return broker.log();
  }

  @Override
  public boolean selective() {
    return broker.selective();
  }

  @Override
  public boolean shared() {
    return broker.shared();
  }
}

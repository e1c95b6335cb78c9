package io.millrace.core.testing;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A broker of one node. It brings everything that is published, unless a test says otherwise. */
public class EchoBroker implements Broker {

  public volatile boolean selective;
  public volatile boolean named = true;
  public volatile Function<Message, Future<Publication>> publishing =
      message -> Future.succeededFuture(Publication.unnamed());
  public volatile Future<Void> opened = Future.succeededFuture();
  public volatile boolean closed;
  public final List<Thread> publishers = new CopyOnWriteArrayList<>();
  private final String name;
  private volatile Optional<Ingress> ingress = Optional.empty();

  public EchoBroker(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Future<Void> open(Ingress into) {
    ingress = Optional.of(into);
    return opened;
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    publishers.add(Thread.currentThread());
    return publishing
        .apply(message)
        .map(
            taken ->
                taken.name().isPresent() ? taken : ingress.orElseThrow().append(channel, message))
        .map(taken -> named ? taken : Publication.unnamed());
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    closed = true;
    return Future.succeededFuture();
  }

  @Override
  public boolean selective() {
    return selective;
  }

  @Override
  public boolean shared() {
    return false;
  }
}

package io.millrace.core.testing;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A broker that brings nothing, and confirms subscriptions as a test says. */
public final class ScriptedBroker implements Broker {

  /** What was asked, in order: {@code +channel} and {@code -channel}. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  public volatile Function<ChannelPattern, Future<Void>> confirming =
      pattern -> Future.succeededFuture();

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public Future<Void> open(Ingress ingress) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    return Future.succeededFuture(Publication.unnamed());
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    calls.add("+" + pattern);
    return confirming.apply(pattern);
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    calls.add("-" + pattern);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}

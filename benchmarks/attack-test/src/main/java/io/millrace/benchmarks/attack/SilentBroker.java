package io.millrace.benchmarks.attack;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.broker.memory.MemoryBroker;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The memory broker, except that it never confirms messages to the channels of strangers. */
final class SilentBroker implements Broker {

  /** Like a broker that waits for its server. */
  private record Waiting(Message message, Promise<Publication> answer) {}

  private final Broker memory = new MemoryBroker();
  private final Collection<Waiting> waiting = new ConcurrentLinkedQueue<>();

  @Override
  public String name() {
    return "silent";
  }

  @Override
  public Future<Void> open(Ingress ingress) {
    return memory.open(ingress);
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    return channel.startsWith("open.") ? unanswered(message) : memory.publish(channel, message);
  }

  private Future<Publication> unanswered(Message message) {
    Promise<Publication> never = Promise.promise();
    waiting.add(new Waiting(message, never));
    return never.future();
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    return memory.subscribe(pattern);
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    return memory.unsubscribe(pattern);
  }

  @Override
  public Future<Void> close() {
    return memory.close();
  }

  @Override
  public boolean selective() {
    return memory.selective();
  }

  @Override
  public boolean shared() {
    return memory.shared();
  }
}

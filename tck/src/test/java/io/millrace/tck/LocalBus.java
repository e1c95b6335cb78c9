package io.millrace.tck;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A backend inside the test, and brokers linked to it that keep every rule. Subclasses break one.
 */
final class LocalBus implements BrokerLink, BrokerRefusals {

  private final List<Node> nodes = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean down;
  private volatile Optional<String> refused = Optional.empty();

  @Override
  public void cut() {
    down = true;
    nodes.forEach(Node::lost);
  }

  @Override
  public void mend() {
    down = false;
    nodes.forEach(Node::found);
  }

  @Override
  public void refuse(String channel) {
    refused = Optional.of(channel);
  }

  @Override
  public void permit() {
    refused = Optional.empty();
  }

  /** One broker. */
  class Node implements Broker {

    final Set<ChannelPattern> subscribed = new LinkedHashSet<>();
    private volatile Optional<Ingress> ingress = Optional.empty();

    @Override
    public String name() {
      return "local-bus";
    }

    @Override
    public Future<Void> open(Ingress entrance) {
      ingress = Optional.of(entrance);
      nodes.add(this);
      return Future.succeededFuture();
    }

    @Override
    public Future<Publication> publish(String channel, Message message) {
      if (down || ingress.isEmpty()) {
        return Future.failedFuture(
            new MillraceException(MillraceException.Code.UNAVAILABLE, "There is no link."));
      }
      if (isRefused(channel)) {
        return refusal();
      }
      lock.lock();
      try {
        nodes.forEach(node -> node.receive(channel, message));
      } finally {
        lock.unlock();
      }
      return Future.succeededFuture(Publication.unnamed());
    }

    private boolean isRefused(String name) {
      return refused.filter(name::equals).isPresent();
    }

    <T> Future<T> refusal() {
      return Future.failedFuture(
          new MillraceException(MillraceException.Code.FORBIDDEN, "It is not permitted."));
    }

    void receive(String channel, Message message) {
      long wanted = subscribed.stream().filter(pattern -> means(pattern, channel)).count();
      for (int i = 0; i < times(wanted); i++) {
        append(channel, message);
      }
    }

    boolean means(ChannelPattern pattern, String channel) {
      return pattern.matches(channel);
    }

    long times(long subscriptions) {
      return Math.min(1, subscriptions);
    }

    void append(String channel, Message message) {
      try {
        ingress.ifPresent(entrance -> entrance.append(channel, message));
      } catch (MillraceException refused) {
        refused(refused);
      }
    }

    void refused(MillraceException refused) {
      // The node has refused this message; it may take the next one.
    }

    @Override
    public Future<Void> subscribe(ChannelPattern pattern) {
      return isRefused(pattern.toString()) ? refusal() : changing(() -> subscribed.add(pattern));
    }

    @Override
    public Future<Void> unsubscribe(ChannelPattern pattern) {
      return changing(() -> subscribed.remove(pattern));
    }

    final Future<Void> changing(Runnable change) {
      lock.lock();
      try {
        change.run();
        return Future.succeededFuture();
      } finally {
        lock.unlock();
      }
    }

    void lost() {
      ingress.ifPresent(Ingress::degraded);
    }

    void found() {
      ingress.ifPresent(
          entrance -> {
            entrance.interrupted(Set.copyOf(subscribed));
            entrance.restored();
          });
    }

    @Override
    public Future<Void> close() {
      return changing(
          () -> {
            nodes.remove(this);
            ingress = Optional.empty();
          });
    }
  }
}

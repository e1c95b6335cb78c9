package io.millrace.core.testing;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A backend inside a test that several nodes share; each has a broker of its own. */
public final class SharedBus {

  private final List<Member> members = new CopyOnWriteArrayList<>();

  /** What was published, as {@code channel payload}. */
  public final List<String> published = new CopyOnWriteArrayList<>();

  /** Returns a broker for one more node. */
  public Member broker() {
    return new Member();
  }

  /** Brings a message to all nodes, as if another program had published it. */
  public void bring(String channel, Message message) {
    members.forEach(member -> member.receive(channel, message));
  }

  /** The broker of one node. */
  public final class Member implements Broker {

    private final Set<ChannelPattern> subscribed = ConcurrentHashMap.newKeySet();
    private volatile Optional<Ingress> ingress = Optional.empty();
    private volatile boolean cut;

    /** Which subscriptions are refused. */
    public volatile Predicate<ChannelPattern> refusing = pattern -> false;

    private Member() {}

    @Override
    public String name() {
      return "shared-bus";
    }

    @Override
    public Future<Void> open(Ingress entrance) {
      ingress = Optional.of(entrance);
      members.add(this);
      return Future.succeededFuture();
    }

    @Override
    public Future<Publication> publish(String channel, Message message) {
      if (cut) {
        return unavailable();
      }
      published.add(channel + " " + message.data());
      bring(channel, message);
      return Future.succeededFuture(Publication.unnamed());
    }

    private void receive(String channel, Message message) {
      if (!cut && subscribed.stream().anyMatch(pattern -> pattern.matches(channel))) {
        ingress.ifPresent(entrance -> entrance.append(channel, message));
      }
    }

    @Override
    public Future<Void> subscribe(ChannelPattern pattern) {
      if (refusing.test(pattern)) {
        return unavailable();
      }
      subscribed.add(pattern);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> unsubscribe(ChannelPattern pattern) {
      subscribed.remove(pattern);
      return Future.succeededFuture();
    }

    private <T> Future<T> unavailable() {
      return Future.failedFuture(
          new MillraceException(MillraceException.Code.UNAVAILABLE, "There is no link."));
    }

    /** Cuts this node off; what is published meanwhile is lost for it. */
    public void cut() {
      cut = true;
      ingress.ifPresent(Ingress::degraded);
    }

    /** Cuts this node off as {@code kill -9} does: even the node does not notice. */
    public void kill() {
      cut = true;
    }

    public void mend() {
      cut = false;
      ingress.ifPresent(
          entrance -> {
            entrance.interrupted(Set.copyOf(subscribed));
            entrance.restored();
          });
    }

    @Override
    public Future<Void> close() {
      members.remove(this);
      ingress = Optional.empty();
      return Future.succeededFuture();
    }
  }
}

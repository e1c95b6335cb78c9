package io.millrace.tck;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A broker of one node that remembers the messages that it brought, in order. A test can make it
 * delay confirmations, lose answers, and report outages. Safe on any thread.
 */
public final class TestBroker implements Broker {

  /**
   * A message that was brought to the log.
   *
   * @param cursor its place in the log
   * @param channel its channel
   * @param message the message
   */
  public record Appended(String cursor, String channel, Message message) {}

  private final boolean selective;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Appended> appended = new ArrayList<>();
  private final Set<String> places = new HashSet<>();
  private final Set<ChannelPattern> subscribed = ConcurrentHashMap.newKeySet();
  private final List<Promise<Void>> held = new ArrayList<>();
  private volatile Optional<Ingress> ingress = Optional.empty();
  private volatile boolean holding;
  private volatile boolean losing;

  /** Makes a broker that brings everything. */
  public TestBroker() {
    this(false);
  }

  /**
   * Makes a broker.
   *
   * @param selective whether it brings only what the node subscribes to
   */
  public TestBroker(boolean selective) {
    this.selective = selective;
  }

  @Override
  public String name() {
    return "tck";
  }

  @Override
  public Future<Void> open(Ingress entrance) {
    ingress = Optional.of(entrance);
    return Future.succeededFuture();
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    // Held while appending, so that the messages are remembered in the order of the log.
    lock.lock();
    try {
      Publication publication = ingress().append(channel, message);
      Appended brought = new Appended(publication.name().orElseThrow(), channel, message);
      if (places.add(brought.cursor())) {
        appended.add(brought);
      }
      return losing ? Future.failedFuture(unknown()) : Future.succeededFuture(publication);
    } catch (MillraceException refused) {
      return Future.failedFuture(refused);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    subscribed.add(pattern);
    lock.lock();
    try {
      if (!holding) {
        return Future.succeededFuture();
      }
      Promise<Void> confirmation = Promise.promise();
      held.add(confirmation);
      return confirmation.future();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    subscribed.remove(pattern);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
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

  private Ingress ingress() {
    return ingress.orElseThrow(() -> new IllegalStateException("The broker is not open."));
  }

  /** {@return the messages that were brought so far, oldest first} */
  public List<Appended> appended() {
    lock.lock();
    try {
      return List.copyOf(appended);
    } finally {
      lock.unlock();
    }
  }

  /** {@return on how many channels messages were brought} */
  long channels() {
    return appended().stream().map(Appended::channel).distinct().count();
  }

  /** {@return the names and patterns to which the node is subscribed} */
  public Set<ChannelPattern> subscribed() {
    return Set.copyOf(subscribed);
  }

  /** Confirms no subscription until {@link #confirmSubscriptions}. */
  public void holdSubscriptions() {
    holding = true;
  }

  /** Confirms the subscriptions that were held, and from now on confirms each at once. */
  public void confirmSubscriptions() {
    List<Promise<Void>> waiting;
    lock.lock();
    try {
      holding = false;
      waiting = List.copyOf(held);
      held.clear();
    } finally {
      lock.unlock();
    }
    waiting.forEach(Promise::complete);
  }

  /**
   * Sets whether answers to publishers are lost, although their messages are taken.
   *
   * @param value whether they are lost from now on
   */
  public void loseAnswers(boolean value) {
    losing = value;
  }

  private static MillraceException unknown() {
    return new MillraceException(
        MillraceException.Code.TIMEOUT, "The answer was lost. Try again with the same key.");
  }

  /**
   * Reports that messages may have been lost.
   *
   * @param patterns where
   */
  public void interrupt(Collection<ChannelPattern> patterns) {
    ingress().interrupted(patterns);
  }

  /** Reports that the backend cannot be reached. */
  public void degrade() {
    ingress().degraded();
  }

  /** Reports that the backend can be reached again. */
  public void restore() {
    ingress().restored();
  }
}

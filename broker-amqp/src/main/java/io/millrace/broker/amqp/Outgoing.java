package io.millrace.broker.amqp;

import io.millrace.MillraceException;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.BrokerException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonSender;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The messages that are published over one connection. They wait here until the broker gives
 * credit, and then until it settles the delivery (AMQP 1.0, section 3.4). Used only on the
 * connection's context.
 */
final class Outgoing {

  private record Publish(Message message, long deadline, Promise<Void> settled) {
    boolean isSettled() {
      return settled.future().isComplete();
    }
  }

  /** The maximum size of the headers and the address that are written here. */
  private static final int AROUND = 2048;

  private final ProtonSender sender;
  private final boolean releasedIsTaken;
  private final long limit;
  private final Deque<Publish> waiting = new ArrayDeque<>();
  private final Deque<Publish> unsettled = new ArrayDeque<>();

  /**
   * Publishes with a sender that is open.
   *
   * @param releasedIsTaken whether the broker releases a delivery if nobody is subscribed
   * @param limitNanos how long the broker may take
   */
  Outgoing(ProtonSender sender, boolean releasedIsTaken, long limitNanos) {
    this.sender = sender;
    this.releasedIsTaken = releasedIsTaken;
    this.limit = limitNanos;
    sender.sendQueueDrainHandler(credit -> send());
  }

  /**
   * {@return completes when the broker has accepted the message; fails with a {@link
   * MillraceException} otherwise}
   */
  Future<Void> publish(Message message) {
    UnsignedLong most = sender.getRemoteMaxMessageSize();
    if (most != null && most.longValue() > 0 && size(message) > most.longValue()) {
      // The broker would end the connection over which everybody publishes.
      return Future.failedFuture(BrokerConnection.tooLarge(Math.max(0, most.longValue() - AROUND)));
    }
    Publish publish = new Publish(message, System.nanoTime() + limit, Promise.promise());
    waiting.add(publish);
    send();
    return publish.settled().future();
  }

  /** The maximum size of an encoded message of ours. */
  private static long size(Message message) {
    int payload = message.getBody() instanceof Data data ? data.getValue().getLength() : 0;
    return (long) payload + AROUND;
  }

  private void send() {
    while (!waiting.isEmpty() && !sender.sendQueueFull()) {
      Publish next = waiting.remove();
      unsettled.add(next);
      sender.send(next.message(), delivery -> settle(next, delivery));
    }
  }

  private void settle(Publish publish, ProtonDelivery delivery) {
    DeliveryState state = delivery.getRemoteState();
    if (state instanceof Accepted || (state instanceof Released && releasedIsTaken)) {
      publish.settled().tryComplete();
    } else if (state instanceof Rejected rejected) {
      publish
          .settled()
          .tryFail(BrokerConnection.refused(new BrokerException(why(rejected.getError()))));
    } else if (delivery.remotelySettled()) {
      // Released, modified, or not stated: the broker did not take it, and another attempt may
      // succeed.
      publish
          .settled()
          .tryFail(
              new MillraceException(
                  MillraceException.Code.UNAVAILABLE,
                  "The broker did not take the message, but released it. Try again."));
    }
  }

  private static String why(@Nullable ErrorCondition error) {
    return "The broker rejects the message"
        + (error == null ? "." : ": " + error.getCondition() + " " + error.getDescription());
  }

  /** Fails everything that has waited too long. */
  void expire() {
    long now = System.nanoTime();
    expire(waiting, now);
    expire(unsettled, now);
  }

  private static void expire(Deque<Publish> oldestFirst, long now) {
    while (!oldestFirst.isEmpty()
        && (oldestFirst.peek().isSettled() || oldestFirst.peek().deadline() - now <= 0)) {
      oldestFirst.remove().settled().tryFail(BrokerConnection.late());
    }
  }

  /** Fails everything: the connection is down. */
  void fail() {
    MillraceException broken = BrokerConnection.broken();
    waiting.forEach(publish -> publish.settled().tryFail(broken));
    unsettled.forEach(publish -> publish.settled().tryFail(broken));
    waiting.clear();
    unsettled.clear();
  }
}

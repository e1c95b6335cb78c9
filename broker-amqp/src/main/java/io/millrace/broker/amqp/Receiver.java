package io.millrace.broker.amqp;

import io.millrace.spi.remote.BrokerException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSession;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of one subscription on one connection, in a session of its own: RabbitMQ ends
 * the session in which it refuses something, and before version 4 it identifies a consumer only by
 * its handle within the session. Messages are handed over as they are read, and the broker sends no
 * more than the credit allows, so a burst stays at the broker and not in memory. Messages arrive
 * settled, because readers receive a gap notice anyway if the connection breaks.
 */
final class Receiver {

  /** The capability with which Artemis recognizes a multicast address. */
  private static final Symbol TOPIC = Symbol.valueOf("topic");

  /** More than can be in flight: then the tags are not numbers. */
  private static final long MOST_DROPPED = 100_000;

  private final ProtonSession session;

  /** Ends the session with the subscription, if the session is only for it. */
  private final Optional<Sessions> sessions;

  private final int prefetch;
  private final Consumer<Message> messages;
  private final ProtonReceiver receiver;
  private final Promise<Void> attached = Promise.promise();
  private final Promise<Void> detached = Promise.promise();
  private Runnable dropped = () -> {};
  private long lastTag;
  private boolean live = true;
  private boolean sessionEnded;
  private int taken;

  /**
   * Attaches the receiver.
   *
   * @param session the session to attach it in
   * @param sessions the owner of the session, if the session is only for this receiver; then both
   *     end together
   * @param address the address of the source
   */
  Receiver(
      ProtonSession session,
      Optional<Sessions> sessions,
      String address,
      AmqpBrokerOptions options,
      Consumer<Message> messages,
      Runnable tooLarge) {
    this.session = session;
    this.sessions = sessions;
    this.prefetch = options.prefetch();
    this.messages = messages;
    if (sessions.isPresent()) {
      session.closeHandler(
          closed -> {
            sessionEnded = true;
            gone(session.getRemoteCondition(), closed.cause());
          });
    }
    receiver = session.createReceiver(address);
    ((Source) receiver.getSource()).setCapabilities(TOPIC);
    // This limit is for the whole encoded message.
    receiver.setMaxMessageSize(
        UnsignedLong.valueOf((long) options.maxMessageBytes() + AmqpMessages.MOST_AROUND));
    receiver
        .setQoS(ProtonQoS.AT_MOST_ONCE)
        .setPrefetch(0)
        .maxMessageSizeExceededHandler(exceeded -> tooLarge.run())
        .handler(this::take)
        .openHandler(
            opened -> {
              // A missing source means a refusal; the DETACH that follows says why.
              if (opened.succeeded() && receiver.getRemoteSource() != null) {
                attached.tryComplete();
              }
            });
    receiver.closeHandler(closed -> gone(receiver.getRemoteCondition(), closed.cause()));
    receiver.detachHandler(closed -> gone(receiver.getRemoteCondition(), closed.cause()));
    receiver.open();
    receiver.flow(prefetch);
  }

  private void take(ProtonDelivery delivery, Message message) {
    number(delivery.getTag());
    if (live) {
      messages.accept(message);
      replenish();
    }
  }

  /**
   * Sets what is called for each message that the library dropped silently, because it could not
   * decode it. Only for servers whose delivery tags are numbers within the session.
   */
  void onDropped(Runnable handler) {
    dropped = handler;
  }

  private void number(byte[] tag) {
    if (tag.length == Long.BYTES) {
      long number = ByteBuffer.wrap(tag).getLong();
      for (long next = lastTag + 1; next < number && number - next < MOST_DROPPED; next++) {
        dropped.run();
      }
      lastTag = number;
    }
  }

  /** Grants half of the credit at a time, because each grant is work for the broker. */
  private void replenish() {
    if (++taken >= prefetch / 2) {
      receiver.flow(taken);
      taken = 0;
    }
  }

  private void gone(@Nullable ErrorCondition told, @Nullable Throwable cause) {
    if (detached.future().isComplete()) {
      return;
    }
    live = false;
    if (receiver.isOpen()) {
      receiver.close();
    }
    receiver.free();
    sessions.ifPresent(
        own -> {
          if (sessionEnded) {
            own.answer(session);
          } else {
            own.end(session);
          }
        });
    String why =
        told == null || told.getCondition() == null
            ? String.valueOf(cause)
            : told.getCondition() + " " + told.getDescription();
    attached.tryFail(new BrokerException("The broker does not accept the subscription: " + why));
    detached.tryComplete();
  }

  /** {@return completes when the broker has subscribed; fails if it refuses; may never complete} */
  Future<Void> attached() {
    return attached.future();
  }

  /**
   * {@return completes when the subscription has ended, on either side; does not complete if the
   * connection ends}
   */
  Future<Void> detached() {
    return detached.future();
  }

  /** Hands over no more messages. */
  void mute() {
    live = false;
  }

  /** Ends the subscription. */
  Future<Void> close() {
    if (receiver.isOpen()) {
      receiver.close();
    }
    return detached.future();
  }
}

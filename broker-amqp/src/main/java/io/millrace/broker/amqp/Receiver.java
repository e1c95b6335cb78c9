package io.millrace.broker.amqp;

import io.vertx.core.Future;
import io.vertx.core.Promise;
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
 * The receiving end of one subscription on one link, in a session of its own: RabbitMQ ends the
 * session in which it refuses something, and before version 4 knows a consumer by its handle in the
 * session alone. Messages are handed over as they are read, and the broker sends no more than there
 * is credit for, so a burst stays with the broker, not in memory. They come settled: if the link
 * breaks, readers are told a gap anyway.
 */
final class Receiver {

  /** What Artemis calls a multicast address. */
  private static final Symbol TOPIC = Symbol.valueOf("topic");

  private final ProtonSession session;

  /** To end the session with the subscription, if it is for this alone. */
  private final Optional<Sessions> sessions;

  /** More than may be on their way: then the tags are no numbers. */
  private static final long MOST_DROPPED = 100_000;

  private final ProtonReceiver receiver;
  private final Promise<Void> attached = Promise.promise();
  private final Promise<Void> detached = Promise.promise();
  private Runnable dropped = () -> {};
  private long lastTag;
  private boolean live = true;
  private boolean sessionEnded;
  private int taken;

  /**
   * Attaches.
   *
   * @param session where
   * @param sessions whose that is, if it is for this alone; then it ends with this
   * @param address of the source
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
    if (sessions.isPresent()) {
      session.closeHandler(
          closed -> {
            sessionEnded = true;
            gone(session.getRemoteCondition(), closed.cause());
          });
    }
    receiver = session.createReceiver(address);
    ((Source) receiver.getSource()).setCapabilities(TOPIC);
    // That of the whole message, as it is encoded.
    receiver.setMaxMessageSize(
        UnsignedLong.valueOf((long) options.maxMessageBytes() + AmqpMessages.MOST_AROUND));
    receiver
        .setQoS(ProtonQoS.AT_MOST_ONCE)
        .setPrefetch(0)
        .maxMessageSizeExceededHandler(exceeded -> tooLarge.run())
        .handler(
            (delivery, message) -> {
              number(delivery.getTag());
              if (live) {
                messages.accept(message);
                replenish(options.credit() / 2);
              }
            })
        .openHandler(
            opened -> {
              // A source that is not echoed is refused; the DETACH that follows says why.
              if (opened.succeeded() && receiver.getRemoteSource() != null) {
                attached.tryComplete();
              }
            });
    receiver.closeHandler(closed -> gone(receiver.getRemoteCondition(), closed.cause()));
    receiver.detachHandler(closed -> gone(receiver.getRemoteCondition(), closed.cause()));
    receiver.open();
    receiver.flow(options.credit());
  }

  /**
   * Sets what is called for each message that the library dropped without a word, as it does with
   * what it cannot decode. Only for servers that number the deliveries of a session by their tags.
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

  /** Half of the credit at a time: to grant it is work for the broker. */
  private void replenish(int batch) {
    if (++taken >= batch) {
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
    attached.tryFail(new AmqpException("The broker does not subscribe: " + why));
    detached.tryComplete();
  }

  /** {@return completes when the broker subscribed; fails if it refuses; may never complete} */
  Future<Void> attached() {
    return attached.future();
  }

  /** {@return completes when the subscription has ended, whoever ended it; not with the link} */
  Future<Void> detached() {
    return detached.future();
  }

  /** Brings nothing any more. */
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

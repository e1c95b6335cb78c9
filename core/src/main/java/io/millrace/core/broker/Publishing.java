package io.millrace.core.broker;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.log.Footprint;
import io.millrace.core.log.MessageKey;
import io.millrace.spi.Broker;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Gives messages to the broker. Safe on any thread. */
public final class Publishing {

  /** The beginning of the scope of a client without a user. */
  public static final String ADDRESS = "address ";

  /** The scope of keys that nobody else can have, from whatever address they come. */
  private static final String ANYWHERE = "anywhere";

  /** The length of a key with 128 random bits, in base64url. */
  private static final int RANDOM_LENGTH = 22;

  private final Broker broker;
  private final MillraceOptions options;
  private final KeyTable keys;
  private final BooleanSupplier serving;

  /** The room for messages that clients have published and the broker has not answered. */
  private final Unanswered unanswered;

  /** Makes an object that knows no keys yet. */
  public Publishing(
      Broker broker, MillraceOptions options, LongSupplier clock, BooleanSupplier serving) {
    this.broker = broker;
    this.options = options;
    this.keys = new KeyTable(options, clock);
    this.serving = serving;
    this.unanswered = new Unanswered(options);
  }

  /**
   * Returns the room for messages that clients have published. Each counts until the broker itself
   * has answered, which may be long after the client was told that it takes too long.
   */
  public Unanswered unanswered() {
    return unanswered;
  }

  /** Returns about how many bytes of the heap the remembered keys take. */
  public long keyBytes() {
    return (long) keys.size() * Footprint.KEY;
  }

  /**
   * Publishes a message of the application.
   *
   * @param channel a channel name
   * @param message the message
   */
  public Future<Publication> publish(String channel, Message message) {
    return ifPossible(message, () -> offer(Optional.empty(), channel, message));
  }

  /**
   * Publishes a message of a client.
   *
   * @param client who it is, for idempotency keys, and for the room that it may take
   * @param channel a channel name
   * @param message the message
   */
  public Future<Publication> publish(String client, String channel, Message message) {
    return ifPossible(
        message,
        () -> {
          Runnable answered = unanswered.reserve(client, Footprint.unanswered(message));
          return offer(Optional.of(client), channel, message).onComplete(any -> answered.run());
        });
  }

  private Future<Publication> ifPossible(Message message, Supplier<Future<Publication>> offer) {
    if (!serving.getAsBoolean()) {
      return Future.failedFuture(
          new MillraceException(
              MillraceException.Code.UNAVAILABLE,
              "This server is starting or closing. Try again."));
    }
    if (message.length() > options.maxMessageBytes()) {
      return Future.failedFuture(tooLarge(options.maxMessageBytes()));
    }
    try {
      return inTime(offer.get());
    } catch (MillraceException full) {
      return Future.failedFuture(full);
    }
  }

  /** Returns the broker's own answer. */
  private Future<Publication> offer(Optional<String> client, String channel, Message message) {
    Message timed = message.time().isPresent() ? message : message.withTime(Instant.now());
    if (timed.key().isEmpty()) {
      return give(channel, timed);
    }
    Optional<String> scope = client.map(it -> scope(it, timed));
    return keys.once(scope, channel, timed, () -> give(channel, scoped(scope, timed)));
  }

  /**
   * A client without a user is known by its address, which may change before it repeats a publish,
   * with the network or the ingress. A long key needs no address: it is random, and no reader or
   * broker receives it, so nobody else can use it.
   */
  private static String scope(String client, Message message) {
    boolean random = message.key().filter(key -> key.length() >= RANDOM_LENGTH).isPresent();
    return random && client.startsWith(ADDRESS) ? ANYWHERE : client;
  }

  /** Keys travel with messages, so they must not collide with those of other publishers. */
  private static Message scoped(Optional<String> scope, Message message) {
    return scope
        .map(it -> message.withKey(MessageKey.scoped(it, message.key().orElseThrow())))
        .orElse(message);
  }

  static MillraceException tooLarge(int limit) {
    return new MillraceException(
        MillraceException.Code.TOO_LARGE, "A message may have at most " + limit + " bytes.");
  }

  private Future<Publication> give(String channel, Message message) {
    try {
      Future<Publication> answer = broker.publish(channel, message);
      return answer == null ? Future.failedFuture("The broker answered null") : answer;
    } catch (Throwable e) {
      return Future.failedFuture(e);
    }
  }

  /** The client waits only this long; the broker's own answer may come later. */
  private Future<Publication> inTime(Future<Publication> answer) {
    Future<Publication> timed =
        answer.isComplete()
            ? answer
            : answer.timeout(options.publishTimeout().toMillis(), TimeUnit.MILLISECONDS);
    return timed.recover(failure -> Future.failedFuture(typed(failure)));
  }

  private static MillraceException typed(Throwable failure) {
    if (failure instanceof MillraceException typed) {
      return typed;
    }
    return failure instanceof TimeoutException
        ? new MillraceException(
            MillraceException.Code.TIMEOUT,
            "The broker did not confirm in time; it may have taken the message. Try again with the same key.",
            failure)
        : new MillraceException(MillraceException.Code.INTERNAL, "The broker failed.", failure);
  }
}

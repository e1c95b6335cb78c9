package io.millrace.core.broker;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.log.MessageKey;
import io.millrace.internal.BoundedMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Publishes the same key once: it remembers what was published with the key, for a time and up to a
 * number of keys. If the broker may have taken a message without confirming it, the message may be
 * published again, but only with its key: a node that has received the first one does not append
 * the second ({@code ArrivedKeys}, {@code RecordKeys}). Safe on any thread.
 */
final class KeyTable {

  /**
   * A key in use.
   *
   * @param answer the broker's answer. If it has failed, it is not known whether the message was
   *     taken; the key of a message that was certainly not taken is removed
   */
  private record Known(String digest, long since, Future<Publication> answer) {}

  private final MillraceOptions options;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * The keys in the order in which they came, so that the oldest are first. They are digests, so
   * each takes the same space, however long names are.
   */
  private final BoundedMap<String, Known> known;

  KeyTable(MillraceOptions options, LongSupplier clock) {
    this.options = options;
    this.clock = clock;
    this.known = new BoundedMap<>(options::maxKeys);
  }

  /**
   * Publishes, or gives the same answer as to the first publish with this key. A publish that was
   * certainly not taken leaves no key.
   *
   * @param scope which client publishes, or none for the application; keys of different scopes are
   *     independent
   * @param channel the channel
   * @param message the message, with a key
   * @param publish publishes it
   * @return the broker's own answer, however late it comes; fails with {@link
   *     MillraceException.Code#TIMEOUT} as long as one publish with the key may have been taken
   */
  Future<Publication> once(
      Optional<String> scope,
      String channel,
      Message message,
      Supplier<Future<Publication>> publish) {
    // Neither a channel nor a key contains a line break.
    String key =
        MessageKey.digest(scope.orElse("") + '\n' + channel + '\n' + message.key().orElseThrow());
    String digest = MessageKey.digest(message);
    Promise<Publication> promise = Promise.promise();
    boolean doubtful;
    lock.lock();
    try {
      forgetOld(key);
      Known before = known.get(key);
      if (before != null && !before.digest.equals(digest)) {
        return Future.failedFuture(MessageKey.conflict());
      }
      if (before != null && !before.answer.failed()) {
        return before.answer;
      }
      doubtful = before != null;
      long since = before == null ? clock.getAsLong() : before.since;
      known.put(key, new Known(digest, since, promise.future()));
    } finally {
      lock.unlock();
    }
    Future.succeededFuture()
        .compose(now -> publish.get())
        .onSuccess(promise::complete)
        .onFailure(failure -> fail(key, promise, doubtful, failure));
    return promise.future();
  }

  private void fail(String key, Promise<Publication> promise, boolean doubtful, Throwable failure) {
    if (isUnknown(failure)) {
      promise.fail(failure);
    } else if (doubtful) {
      promise.fail(stillUnknown(failure));
    } else {
      forget(key, promise.future());
      promise.fail(failure);
    }
  }

  /** Returns whether a publish that failed may nevertheless have been taken. */
  private static boolean isUnknown(Throwable failure) {
    return !(failure instanceof MillraceException known)
        || known.code() == MillraceException.Code.TIMEOUT;
  }

  private static MillraceException stillUnknown(Throwable failure) {
    return new MillraceException(
        MillraceException.Code.TIMEOUT,
        "It is still not known whether the broker took this message before. Try again with the same key.",
        failure);
  }

  /** Forgets some keys that are too old, and in any case the given one if it is too old. */
  private void forgetOld(String key) {
    long oldest = clock.getAsLong() - options.keyLifetime().toMillis();
    known.forgetOldest(each -> each.since <= oldest);
    Known present = known.get(key);
    if (present != null && present.since <= oldest) {
      known.remove(key);
    }
  }

  /** Returns how many keys are remembered. */
  int size() {
    lock.lock();
    try {
      return known.size();
    } finally {
      lock.unlock();
    }
  }

  private void forget(String key, Future<Publication> failed) {
    lock.lock();
    try {
      Known present = known.get(key);
      if (present != null && present.answer == failed) {
        known.remove(key);
      }
    } finally {
      lock.unlock();
    }
  }
}

package io.millrace.core;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Publishes the same key once: remembers what was published under it, for a time and up to a
 * number. What the broker may have taken without saying so may be published again under its key
 * alone: whoever has been brought the first does not append the second ({@link ArrivedKeys}, {@link
 * RecordKeys}). Safe on any thread.
 */
final class KeyTable {

  /** How many are forgotten at most when one comes, though more may be too old. */
  private static final int FORGOTTEN_AT_ONCE = 8;

  /**
   * A key in use.
   *
   * @param answer the broker's own. Once it has failed, it is not known whether the message was
   *     taken: of what surely was not, no key is left
   */
  private record Known(String digest, long since, Future<Publication> answer) {}

  private final MillraceOptions options;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * In the order in which they came, so that the oldest are first. By digests, so that each takes
   * the same, however long names are.
   */
  private final Map<String, Known> known = new LinkedHashMap<>();

  KeyTable(MillraceOptions options, LongSupplier clock) {
    this.options = options;
    this.clock = clock;
  }

  /**
   * Publishes, or answers as the first publish with this key was answered, or is. A publish that
   * was surely not taken leaves no key.
   *
   * @param scope who publishes: keys of different scopes have nothing to do with each other
   * @param channel where to
   * @param message what; has a key
   * @param publish does it
   * @return the broker's own answer, however late; fails with {@link
   *     MillraceException.Code#TIMEOUT} as long as one publish with the key may have been taken
   */
  Future<Publication> once(
      String scope, String channel, Message message, Supplier<Future<Publication>> publish) {
    // Neither a channel nor a key has a line break.
    String key = digest(scope + '\n' + channel + '\n' + message.key().orElseThrow());
    String digest = digest(message);
    Promise<Publication> promise = Promise.promise();
    boolean doubtful;
    lock.lock();
    try {
      forgetOld(key);
      Known before = known.get(key);
      if (before != null && !before.digest.equals(digest)) {
        return Future.failedFuture(conflict());
      }
      if (before != null && !before.answer.failed()) {
        return before.answer;
      }
      doubtful = before != null;
      long since = before == null ? clock.getAsLong() : before.since;
      known.put(key, new Known(digest, since, promise.future()));
      Iterator<String> oldest = known.keySet().iterator();
      while (known.size() > options.maxKeys()) {
        oldest.next();
        oldest.remove();
      }
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

  /** Returns whether a publish that failed may have been taken all the same. */
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

  /** Forgets some that are too old, and in any case one key if it is. */
  private void forgetOld(String key) {
    long oldest = clock.getAsLong() - options.keyLifetime().toMillis();
    Iterator<Known> all = known.values().iterator();
    for (int i = 0; i < FORGOTTEN_AT_ONCE && all.hasNext() && all.next().since <= oldest; i++) {
      all.remove();
    }
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

  static MillraceException conflict() {
    return new MillraceException(
        MillraceException.Code.CONFLICT, "This key was used for another message on this channel.");
  }

  /** Returns a key that stands for a key of somebody. */
  static String scopedKey(String scope, String key) {
    MessageDigest digest = sha256();
    digest.update(scope.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
    digest.update(key.getBytes(StandardCharsets.UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
  }

  /** Returns what tells the content of one message from that of another. */
  static String digest(Message message) {
    MessageDigest digest = sha256();
    digest.update(message.event().getBytes(StandardCharsets.UTF_8));
    digest.update((byte) (message.isJson() ? '\n' : '\r')); // Neither is ever in an event.
    digest.update(message.data().getBytes());
    return text(digest);
  }

  /** Returns what stands for a text, and is never longer. */
  static String digest(String text) {
    MessageDigest digest = sha256();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return text(digest);
  }

  /** A character for each byte: it is found in a map whatever its hash code, and takes little. */
  private static String text(MessageDigest digest) {
    return new String(digest.digest(), StandardCharsets.ISO_8859_1);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

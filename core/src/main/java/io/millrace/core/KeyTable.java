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
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Publishes the same key once: remembers what was published under it, for a time and up to a
 * number. Safe on any thread.
 */
final class KeyTable {

  private record Key(String scope, String channel, String key) {}

  private record Known(String digest, long since, Future<Publication> publication) {}

  private final MillraceOptions options;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  /** In the order in which they came, so that the oldest are first. */
  private final Map<Key, Known> known = new LinkedHashMap<>();

  KeyTable(MillraceOptions options, LongSupplier clock) {
    this.options = options;
    this.clock = clock;
  }

  /**
   * Publishes, or answers as the first publish with this key was answered. A publish that fails
   * leaves no key.
   *
   * @param scope who publishes: keys of different scopes have nothing to do with each other
   * @param channel where to
   * @param message what; has a key
   * @param publish does it
   */
  Future<Publication> once(
      String scope, String channel, Message message, Supplier<Future<Publication>> publish) {
    Key key = new Key(scope, channel, message.key().orElseThrow());
    String digest = digest(message);
    Promise<Publication> promise = Promise.promise();
    lock.lock();
    try {
      forgetOld();
      Known before = known.get(key);
      if (before != null) {
        return before.digest.equals(digest) ? before.publication : Future.failedFuture(conflict());
      }
      known.put(key, new Known(digest, clock.getAsLong(), promise.future()));
      Iterator<Key> oldest = known.keySet().iterator();
      while (known.size() > options.maxKeys()) {
        oldest.next();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
    Future.succeededFuture()
        .compose(now -> publish.get())
        .onFailure(failure -> forget(key, promise.future()))
        .onComplete(promise);
    return promise.future();
  }

  private void forgetOld() {
    long oldest = clock.getAsLong() - options.keyLifetime().toMillis();
    Iterator<Known> all = known.values().iterator();
    while (all.hasNext() && all.next().since <= oldest) {
      all.remove();
    }
  }

  private void forget(Key key, Future<Publication> failed) {
    lock.lock();
    try {
      Known present = known.get(key);
      if (present != null && present.publication == failed) {
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
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

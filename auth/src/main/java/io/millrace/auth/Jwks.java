package io.millrace.auth;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys that an issuer publishes at a URL. They are fetched at the start, from time to time, and
 * when a token names a key that is not known: never more often than once in a pause, however many
 * ask. While they cannot be fetched, the last ones count. Safe on any thread.
 */
final class Jwks {

  private static final int MOST_BYTES = 256 << 10;

  private final Vertx vertx;
  private final KeySet own;
  private final Fetch fetch;
  private final long pauseMillis;
  private final long timer;
  private final Failures failures;
  private final ReentrantLock lock = new ReentrantLock();

  /** The fetch under way, or the next one if someone waits for it. */
  private Optional<Future<KeySet>> coming = Optional.empty();

  private long notBefore = System.nanoTime();

  private volatile Buffer published = Buffer.buffer();
  private volatile KeySet keys;

  /**
   * @param own keys that count besides those that are published
   */
  Jwks(Vertx vertx, JwtOptions options, String url, KeySet own) {
    this.vertx = vertx;
    this.own = own;
    this.keys = own;
    this.fetch = new Fetch(vertx, options.http(), url, options.jwksTimeout(), 1, 1, MOST_BYTES);
    this.pauseMillis = options.jwksPause().toMillis();
    this.failures = new Failures("The JWK set for tokens");
    this.timer = vertx.setPeriodic(options.jwksRefresh().toMillis(), tick -> renewed());
    renewed();
  }

  /** Returns the own keys, and those that were fetched last. */
  KeySet keys() {
    return keys;
  }

  /** Returns the keys after the next fetch, which all who ask meanwhile share. */
  Future<KeySet> renewed() {
    Promise<KeySet> next = Promise.promise();
    long waitNanos;
    lock.lock();
    try {
      if (coming.isPresent()) {
        return coming.get();
      }
      coming = Optional.of(next.future());
      waitNanos = notBefore - System.nanoTime();
    } finally {
      lock.unlock();
    }
    if (waitNanos > 0) {
      // Not earlier: a timer counts in whole milliseconds.
      vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1, due -> begin(next));
    } else {
      begin(next);
    }
    return next.future();
  }

  private void begin(Promise<KeySet> next) {
    fetch
        .get(MultiMap.caseInsensitiveMultiMap().add("Accept", "application/json"))
        .map(this::read)
        .onComplete(result -> end(result, next));
  }

  private KeySet read(Fetch.Answer answer) {
    if (answer.status() != 200) {
      throw new DecodeException("the status is " + answer.status());
    }
    if (!answer.body().equals(published)) { // Otherwise the same keys remember what they know.
      keys = own.with(KeySet.of(vertx, answer.body().toJsonObject()));
      published = answer.body();
    }
    return keys;
  }

  private void end(AsyncResult<KeySet> result, Promise<KeySet> next) {
    lock.lock();
    try {
      coming = Optional.empty();
      notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis);
    } finally {
      lock.unlock();
    }
    if (result.failed()) {
      failures.log(result.cause());
    }
    next.handle(result);
  }

  Future<Void> close() {
    vertx.cancelTimer(timer);
    return fetch.close();
  }
}

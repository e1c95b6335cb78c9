package io.millrace.core.log;

import io.millrace.Cursor;
import io.millrace.spi.BrokerLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits until this node has what another node may have shown to a client, because a cursor beyond
 * the head cannot be judged before. Clients that ask while one wait is in progress share the next.
 * Safe on any thread.
 */
public final class CatchUp {

  private final Optional<BrokerLog> backend;
  private final Log log;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean underWay;
  private Optional<Promise<Void>> next = Optional.empty();

  /** Makes an object for which nobody waits. */
  public CatchUp(Optional<BrokerLog> backend, Log log) {
    this.backend = backend;
    this.log = log;
  }

  /** Returns whether a client may ever have to wait. */
  public boolean mayWait() {
    return backend.isPresent();
  }

  /**
   * Returns a future that completes when it is known whether a client can begin where it asks to.
   */
  public Future<Void> before(ResumeFrom from) {
    boolean ahead =
        backend.isPresent()
            && from.cursor()
                .flatMap(Cursor::parse)
                .filter(it -> it.epoch().equals(log.epoch().name()) && it.seq() > log.head())
                .isPresent();
    return ahead ? wait(backend.orElseThrow()) : Future.succeededFuture();
  }

  private Future<Void> wait(BrokerLog followed) {
    Promise<Void> promise;
    lock.lock();
    try {
      promise = next.orElseGet(Promise::promise);
      if (underWay) {
        next = Optional.of(promise);
        return promise.future();
      }
      underWay = true;
    } finally {
      lock.unlock();
    }
    begin(followed, promise);
    return promise.future();
  }

  private void begin(BrokerLog followed, Promise<Void> promise) {
    Future.succeededFuture()
        .compose(now -> followed.catchUp())
        .onComplete(
            caughtUp -> {
              promise.handle(caughtUp);
              goOn(followed);
            });
  }

  private void goOn(BrokerLog followed) {
    Optional<Promise<Void>> waiting;
    lock.lock();
    try {
      waiting = next;
      next = Optional.empty();
      underWay = waiting.isPresent();
    } finally {
      lock.unlock();
    }
    waiting.ifPresent(promise -> begin(followed, promise));
  }
}

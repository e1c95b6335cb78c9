package io.millrace.spi.remote;

import io.millrace.MillraceException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A connection beside the one that is kept. It is made when it is needed, and ended when it was not
 * needed for a while. After a failed attempt, none is made for a second. Used on one context only.
 *
 * @param <C> the connection
 */
final class Spare<C extends BrokerConnection> {

  static final long PAUSE_MILLIS = 1000;

  private final Vertx vertx;
  private final Context context;
  private final Supplier<Future<C>> connections;
  private final Duration limit;
  private final long idleMillis;
  private Optional<Future<C>> connection = Optional.empty();
  private Optional<MillraceException> failure = Optional.empty();
  private long failedAt;
  private long uses;
  private boolean closed;

  /**
   * There is no connection yet.
   *
   * @param limit how long it may take to connect
   * @param idleMillis how long a connection stays that is not needed; zero for always
   */
  Spare(Vertx vertx, Supplier<Future<C>> connections, Duration limit, long idleMillis) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.connections = connections;
    this.limit = limit;
    this.idleMillis = idleMillis;
  }

  /** {@return the connection; fails with a {@link MillraceException} if none can be made now} */
  Future<C> connection() {
    uses++;
    if (closed) {
      return Future.failedFuture(BrokerConnection.outOfReach());
    }
    if (connection.isEmpty()) {
      if (failure.isPresent() && System.nanoTime() - failedAt < PAUSE_MILLIS * 1_000_000) {
        return Future.failedFuture(failure.get());
      }
      connect();
    }
    return connection.orElseThrow();
  }

  private void connect() {
    Promise<C> made = Promise.promise();
    Future<C> making = made.future();
    connection = Optional.of(making);
    long timer =
        vertx.setTimer(
            limit.toMillis(),
            late -> failed(making, made, new IOException("The broker did not answer in time.")));
    // Wherever it completes: what waits for it continues here, in the order in which it came.
    connections
        .get()
        .onComplete(
            done ->
                context.runOnContext(
                    here -> {
                      vertx.cancelTimer(timer);
                      connected(making, made, done);
                    }));
  }

  private void connected(Future<C> making, Promise<C> made, AsyncResult<C> done) {
    if (done.failed()) {
      failed(making, made, done.cause());
    } else if (connection.filter(making::equals).isEmpty()) {
      done.result().end(new IOException("The connection was made too late."));
      made.tryFail(BrokerConnection.outOfReach());
    } else {
      done.result().ended().onComplete(over -> forget(making));
      made.complete(done.result());
      endWhenIdle(making);
    }
  }

  private void failed(Future<C> making, Promise<C> made, Throwable cause) {
    forget(making);
    failedAt = System.nanoTime();
    MillraceException why =
        new MillraceException(
            MillraceException.Code.UNAVAILABLE,
            "The broker accepts no further connection. Try again.",
            cause);
    failure = Optional.of(why);
    made.tryFail(why);
  }

  private void forget(Future<C> ended) {
    if (connection.filter(ended::equals).isPresent()) {
      connection = Optional.empty();
    }
  }

  private void endWhenIdle(Future<C> watched) {
    if (idleMillis == 0) {
      return;
    }
    long before = uses;
    vertx.setTimer(
        idleMillis,
        due -> {
          if (connection.filter(watched::equals).isEmpty()) {
            return;
          }
          if (uses == before) {
            connection = Optional.empty();
            watched.result().disconnect();
          } else {
            endWhenIdle(watched);
          }
        });
  }

  /** Forgets that an attempt failed: the server is known to be up again. */
  void retry() {
    failure = Optional.empty();
  }

  /**
   * {@return completes when the connection, if there is one, is closed; there is none afterwards}
   */
  Future<Void> close() {
    closed = true;
    Optional<Future<C>> open = connection.filter(Future::succeeded);
    connection = Optional.empty();
    return open.map(connected -> connected.result().disconnect()).orElse(Future.succeededFuture());
  }
}

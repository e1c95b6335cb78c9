package io.millrace.spi.remote;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** A connection in memory, which a test ends. */
class MemoryConnection implements BrokerConnection {

  private final Promise<Throwable> ended = Promise.promise();

  @Override
  public String server() {
    return "memory";
  }

  @Override
  public Future<Throwable> ended() {
    return ended.future();
  }

  @Override
  public void end(Throwable cause) {
    ended.tryComplete(cause);
  }

  @Override
  public Future<Void> goodbye() {
    return Future.succeededFuture();
  }
}

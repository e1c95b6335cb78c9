package io.millrace.spi.remote;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/**
 * Makes many requests over one connection, a few at a time, so that each can be answered in time,
 * however many there are and however slow the server is. Used on the context of the connection
 * only.
 *
 * @param <T> what a request is about
 */
public final class Window<T> {

  /** How many requests wait for their answers at the same time. */
  private static final int MOST = 64;

  private final Iterator<T> rest;
  private final Function<T, Future<Void>> request;
  private final Promise<Void> done = Promise.promise();
  private int waiting;
  private boolean making;

  private Window(List<T> all, Function<T, Future<Void>> request) {
    this.rest = List.copyOf(all).iterator();
    this.request = request;
  }

  /**
   * Makes a request for each element, in this order.
   *
   * @param all the elements; copied
   * @param request makes one request; called when its turn comes, so it looks whether the request
   *     is still wanted
   * @param <T> what a request is about
   * @return completes when all have succeeded; fails as the first that fails, after which no more
   *     are made
   */
  public static <T> Future<Void> each(List<T> all, Function<T, Future<Void>> request) {
    Window<T> window = new Window<>(all, request);
    window.make();
    return window.done.future();
  }

  private void make() {
    if (making) {
      return; // A request was answered at once.
    }
    making = true;
    while (waiting < MOST && rest.hasNext() && !done.future().isComplete()) {
      waiting++;
      request.apply(rest.next()).onComplete(this::answered);
    }
    making = false;
    if (waiting == 0 && !rest.hasNext()) {
      done.tryComplete();
    }
  }

  private void answered(AsyncResult<Void> answer) {
    waiting--;
    if (answer.failed()) {
      done.tryFail(answer.cause());
    } else {
      make();
    }
  }
}

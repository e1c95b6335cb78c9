package io.millrace.internal;

import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;

/**
 * The streams over HTTP/2 of an event loop whose requests were answered but have not ended. Nobody
 * waits for a body on them, and a client could keep all its streams open (RFC 9113, section 8.1).
 * An honest client may end its request a little later, if not too many do. Owned by the event loop.
 */
final class OpenStreams {

  private static final long NO_ERROR = 0;

  /** How long they may stay open. */
  private static final long MILLIS = 1000;

  /** How many of them an event loop lets stay open. */
  private static final int MOST = 500;

  private static final FastThreadLocal<OpenStreams> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected OpenStreams initialValue() {
          return new OpenStreams();
        }
      };

  private int open;

  private OpenStreams() {}

  /** Ends the stream of a request that was answered, unless a body follows or it has ended. */
  static void answered(HttpServerRequest request) {
    if (!request.isEnded() && !mayFollow(request)) {
      OF_LOOP.get().endLater(request);
    }
  }

  private void endLater(HttpServerRequest request) {
    ContextInternal context = ContextInternal.current();
    if (context == null || open == MOST) {
      request.response().reset(NO_ERROR);
      return;
    }
    open++;
    context.setTimer(
        MILLIS,
        later -> {
          open--;
          if (!request.isEnded()) {
            request.response().reset(NO_ERROR);
          }
        });
  }

  /** Returns whether a body may follow, which then has an end of its own. */
  private static boolean mayFollow(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return HttpMethod.POST.equals(request.method())
        || (length != null && length.chars().anyMatch(digit -> digit != '0'));
  }
}

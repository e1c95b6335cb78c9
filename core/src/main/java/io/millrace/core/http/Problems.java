package io.millrace.core.http;

import io.millrace.BearerToken;
import io.millrace.MillraceException;
import io.millrace.core.broker.RareLog;
import io.millrace.internal.Unsent;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.lang.System.Logger;
import java.time.Duration;

/** Answers failures with a problem document (RFC 9457). */
final class Problems {

  private static final Logger LOG = System.getLogger(Problems.class.getName());

  /**
   * A slow or unreachable broker affects every publish as long as it lasts, so it is logged rarely.
   */
  private static final RareLog PASSING = new RareLog(LOG);

  /** When to try again after a temporary problem. */
  static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private Problems() {}

  /** Answers a request that has failed, with an exception or with a status. */
  static void answer(RoutingContext context) {
    Throwable failure = context.failure();
    if (failure instanceof MillraceException known) {
      answer(context, known);
    } else if (failure == null || context.statusCode() < 500) {
      answer(context, ofStatus(context.statusCode()));
    } else if (!isBreak(context, failure)) {
      LOG.log(Logger.Level.ERROR, "A request failed", failure);
      answer(context, new MillraceException(MillraceException.Code.INTERNAL, "The server failed."));
    }
  }

  /** A client that breaks its connection is not a failure of the server. */
  private static boolean isBreak(RoutingContext context, Throwable failure) {
    return context.response().closed()
        && (failure instanceof IOException || failure instanceof VertxException);
  }

  /** Says how to authenticate (RFC 6750, section 3). */
  private static String challenge(HttpServerRequest request) {
    boolean tried =
        request.headers().contains(HttpHeaders.AUTHORIZATION)
            || request.headers().getAll("Sec-WebSocket-Protocol").stream()
                .anyMatch(offered -> offered.contains(BearerToken.SUBPROTOCOL))
            || (request.query() != null && request.query().contains("ticket="));
    return tried ? "Bearer error=\"invalid_token\"" : "Bearer";
  }

  private static MillraceException ofStatus(int status) {
    for (MillraceException.Code code : MillraceException.Code.values()) {
      if (code.status() == status) {
        return new MillraceException(code, "The request was refused.");
      }
    }
    return new MillraceException(MillraceException.Code.BAD_REQUEST, "The request was refused.");
  }

  static void answer(RoutingContext context, MillraceException problem) {
    HttpServerResponse response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    if (response.headWritten()) {
      response.reset();
      return;
    }
    if (problem.code().status() >= 500 && problem.getCause() != null) {
      if (problem.retryable()) {
        PASSING.warn(problem.getMessage() + " (" + problem.getCause() + ")", null);
      } else {
        LOG.log(Logger.Level.WARNING, problem.getMessage(), problem.getCause());
      }
    }
    MillraceException.Code code = problem.code();
    if (problem.retryable() && !response.headers().contains(HttpHeaders.RETRY_AFTER)) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(RETRY_AFTER.toSeconds()));
    }
    if (code == MillraceException.Code.UNAUTHORIZED) {
      response.putHeader("WWW-Authenticate", challenge(context.request()));
    }
    response
        .setChunked(false)
        .setStatusCode(code.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Unsent.answer(
        context.request(),
        new JsonObject()
            .put("type", "about:blank")
            .put("title", response.getStatusMessage())
            .put("status", code.status())
            .put("code", code.text())
            .put("detail", problem.getMessage())
            .toBuffer());
  }
}

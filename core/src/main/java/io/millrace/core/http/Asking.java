package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.broker.RareLog;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Asks the application. It may throw, fail, answer null, too late or never: that affects only the
 * one who is asked about.
 */
final class Asking {

  private final MillraceOptions options;
  private final String whom;
  private final Predicate<MillraceException> meant;
  private final RareLog failures = new RareLog(System.getLogger(Asking.class.getName()));

  /**
   * @param whom who is asked, for the log
   * @param meant whether a failure is an answer for the client, and no fault
   */
  Asking(MillraceOptions options, String whom, Predicate<MillraceException> meant) {
    this.options = options;
    this.whom = whom;
    this.meant = meant;
  }

  /**
   * Returns an answer of the application that is not null.
   *
   * @param about what it is asked about, for the log
   * @param refusal what any fault of the application means
   * @return fails with what the application failed with, if that is meant for the client; otherwise
   *     with the refusal
   */
  <T> Future<T> ask(
      Object about, Supplier<MillraceException> refusal, Supplier<Future<T>> question) {
    Future<T> answer = answer(question);
    if (answer.succeeded() && answer.result() != null) {
      return answer;
    }
    return answer.transform(
        result ->
            result.succeeded() && result.result() != null
                ? Future.succeededFuture(result.result())
                : Future.failedFuture(failure(about, refusal, result)));
  }

  private MillraceException failure(
      Object about, Supplier<MillraceException> refusal, AsyncResult<?> result) {
    if (result.cause() instanceof MillraceException known && meant.test(known)) {
      return known;
    }
    String did = result.succeeded() ? " answered null for " : " failed for ";
    failures.warn(whom + did + about + ", so the request is refused.", result.cause());
    return refusal.get();
  }

  /** A fault of the application there affects only this request. */
  private static <T> Future<T> answer(Supplier<Future<T>> question) {
    try {
      Future<T> answer = question.get();
      return answer == null ? Future.succeededFuture() : answer;
    } catch (Throwable e) {
      return Future.failedFuture(e);
    }
  }

  /** Limits the wait; a later answer is ignored. Completes on the context of whoever waits. */
  <T> Future<T> inTime(Future<T> answer, Vertx vertx) {
    if (answer.isComplete()) {
      return answer;
    }
    Promise<T> here = ((ContextInternal) vertx.getOrCreateContext()).promise();
    answer.onComplete(here);
    return here.future()
        .timeout(options.authorizerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              if (!(failure instanceof TimeoutException)) {
                return Future.failedFuture(failure);
              }
              failures.warn(
                  whom + " did not answer within " + options.authorizerTimeout() + ".", null);
              return Future.failedFuture(
                  new MillraceException(
                      MillraceException.Code.UNAVAILABLE,
                      "The server did not decide in time whether you may do this. Try again."));
            });
  }
}

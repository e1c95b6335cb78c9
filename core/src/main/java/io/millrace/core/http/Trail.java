package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Decision;
import io.millrace.MillraceException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Supplier;

/** What is decided about whatever comes from one address. Without an auditor it does nothing. */
final class Trail {

  /** Nobody wants to know. */
  static final Trail NONE = new Trail(Optional.empty(), Optional.empty());

  private final Optional<Audit> audit;
  private final Optional<String> address;

  Trail(Optional<Audit> audit, Optional<String> address) {
    this.audit = audit;
    this.address = address;
  }

  /** Returns whether nobody wants to know. */
  boolean isNone() {
    return audit.isEmpty();
  }

  /** A client may do something on all of these. */
  void allowed(Decision.Kind kind, Client client, Collection<ChannelPattern> patterns) {
    if (audit.isPresent()) {
      patterns.forEach(pattern -> note(kind, client, Optional.of(pattern), Optional.empty()));
    }
  }

  /** A client may not do something. Returns a future that has failed. */
  <T> Future<T> refused(
      Decision.Kind kind, Client client, ChannelPattern pattern, MillraceException why) {
    if (audit.isPresent()) {
      note(kind, client, Optional.of(pattern), Optional.of(why));
    }
    return Future.failedFuture(why);
  }

  /** Something is decided, or was taken away, that has to do with at most one pattern. */
  void decided(
      Decision.Kind kind,
      Client client,
      Optional<ChannelPattern> pattern,
      Optional<Throwable> refusal) {
    if (audit.isPresent()) {
      note(kind, client, pattern, refusal);
    }
  }

  /** Notes the answer to a question about a client. */
  void settled(Decision.Kind kind, Client client, ChannelPattern pattern, AsyncResult<?> answer) {
    if (audit.isPresent()) {
      note(kind, client, Optional.of(pattern), Optional.ofNullable(answer.cause()));
    }
  }

  /** Notes what comes of a question about a client. Returns the same answer. */
  <T> Future<T> awaited(
      Decision.Kind kind, Client client, ChannelPattern pattern, Future<T> answer) {
    if (audit.isPresent()) {
      answer.onComplete(result -> settled(kind, client, pattern, result));
    }
    return answer;
  }

  /** Does something that may be refused by an exception. */
  <T> T attempted(Decision.Kind kind, Client client, Supplier<T> action) {
    try {
      T result = action.get();
      decided(kind, client, Optional.empty(), Optional.empty());
      return result;
    } catch (MillraceException refusal) {
      decided(kind, client, Optional.empty(), Optional.of(refusal));
      throw refusal;
    }
  }

  /**
   * Notes the answers about several patterns.
   *
   * @param answers in the same order; those that are missing count as all of them together
   */
  void all(
      Decision.Kind kind,
      Client client,
      Collection<ChannelPattern> patterns,
      Iterable<Future<Void>> answers,
      AsyncResult<Void> together) {
    Iterator<Future<Void>> each = answers.iterator();
    for (ChannelPattern pattern : patterns) {
      Future<Void> answer = each.next();
      Throwable cause = answer.isComplete() ? answer.cause() : together.cause();
      note(kind, client, Optional.of(pattern), Optional.ofNullable(cause));
    }
  }

  private void note(
      Decision.Kind kind,
      Client client,
      Optional<ChannelPattern> pattern,
      Optional<Throwable> refusal) {
    Decision decision =
        new Decision(Instant.now(), client, address, kind, pattern, refusal.map(Trail::code));
    audit.orElseThrow().tell(decision);
  }

  private static MillraceException.Code code(Throwable refusal) {
    return refusal instanceof MillraceException known
        ? known.code()
        : MillraceException.Code.INTERNAL;
  }
}

package io.millrace.broker.stomp;

import io.millrace.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was asked on a link and is not confirmed yet. Used on the link's context alone. */
final class StompReceipts {

  private record Asked(Promise<Void> promise, long deadline) {}

  private final long limit;

  /** In the order of their deadlines, since all have the same time. */
  private final Map<String, Asked> asked = new LinkedHashMap<>();

  private long last;

  StompReceipts(Duration limit) {
    this.limit = limit.toNanos();
  }

  /** Returns an id for the {@code receipt} header of the next frame. */
  String nextId() {
    return Long.toString(++last);
  }

  /** Waits for a receipt. */
  Future<Void> await(String id, long now) {
    Promise<Void> promise = Promise.promise();
    asked.put(id, new Asked(promise, now + limit));
    return promise.future();
  }

  void confirm(Optional<String> id) {
    // One that is not known any more came too late.
    id.map(asked::remove).ifPresent(found -> found.promise().tryComplete());
  }

  /** Fails what the peer named in an ERROR. */
  void refuse(Optional<String> id, Throwable why) {
    id.map(asked::remove).ifPresent(found -> found.promise().tryFail(why));
  }

  /** Fails what has waited too long. */
  void expire(long now) {
    List<Promise<Void>> late = new ArrayList<>();
    Iterator<Asked> oldest = asked.values().iterator();
    while (oldest.hasNext()) {
      Asked next = oldest.next();
      if (next.deadline() - now > 0) {
        break;
      }
      late.add(next.promise());
      oldest.remove();
    }
    late.forEach(
        promise ->
            promise.tryFail(
                new MillraceException(
                    MillraceException.Code.TIMEOUT,
                    "The broker did not confirm in time; it may have taken the message. Try again with the same key.")));
  }

  /** Fails everything. */
  void failAll(Throwable why) {
    List<Asked> all = new ArrayList<>(asked.values());
    asked.clear();
    all.forEach(waiting -> waiting.promise().tryFail(why));
  }
}

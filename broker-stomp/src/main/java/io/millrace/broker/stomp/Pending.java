package io.millrace.broker.stomp;

import io.millrace.spi.remote.BrokerConnection;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests that are not confirmed yet. Used only on one context. */
final class Pending<T> {

  private record Asked<T>(Promise<T> promise, long deadline) {}

  private final long limit;

  /** In the order of their deadlines, because all have the same time limit. */
  private final Map<String, Asked<T>> asked = new LinkedHashMap<>();

  private long last;

  Pending(Duration limit) {
    this.limit = limit.toNanos();
  }

  /** Returns an id that no other request has. */
  String nextId() {
    return Long.toString(++last);
  }

  /** Waits for the confirmation of the request with this id. */
  Future<T> await(String id, long now) {
    Promise<T> promise = Promise.promise();
    asked.put(id, new Asked<>(promise, now + limit));
    return promise.future();
  }

  /** Removes and returns the request with this id, unless it has waited too long already. */
  Optional<Promise<T>> take(Optional<String> id) {
    return id.map(asked::remove).map(Asked::promise);
  }

  /** Fails the request that the peer named in an ERROR. */
  void refuse(Optional<String> id, Throwable why) {
    take(id).ifPresent(promise -> promise.tryFail(why));
  }

  /** Fails the requests that have waited too long. */
  void expire(long now) {
    List<Promise<T>> late = new ArrayList<>();
    Iterator<Asked<T>> oldest = asked.values().iterator();
    while (oldest.hasNext()) {
      Asked<T> next = oldest.next();
      if (next.deadline() - now > 0) {
        break;
      }
      late.add(next.promise());
      oldest.remove();
    }
    late.forEach(promise -> promise.tryFail(BrokerConnection.late()));
  }

  /** Fails all requests. */
  void failAll(Throwable why) {
    List<Asked<T>> all = new ArrayList<>(asked.values());
    asked.clear();
    all.forEach(waiting -> waiting.promise().tryFail(why));
  }
}

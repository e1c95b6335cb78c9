package io.millrace.samples.demo;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * One of a visitor's clients on the Transports page, as the server sees it: its connections, how
 * much they have carried, and whether they are blocked. Safe on any thread.
 */
final class Lane {

  private final Set<Wire> wires = ConcurrentHashMap.newKeySet();
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder bytesSent = new LongAdder();
  private final AtomicBoolean cutNext = new AtomicBoolean();
  private volatile boolean blocked;

  /**
   * Called when a request has arrived.
   *
   * @param request the request
   * @return whether to answer it; otherwise its connection has been reset
   */
  boolean admit(HttpServerRequest request) {
    Wire wire = Wire.of(request.connection());
    requests.increment();
    wires.add(wire);
    wire.assign(this, request.response());
    if (blocked || cutNext.getAndSet(false)) {
      var unused = wire.reset();
      return false;
    }
    return true;
  }

  /**
   * Resets the connections on which a request is being answered. If there is none, for example
   * between two polls, resets that of the next request.
   *
   * @return completes with how many were reset, when nothing can be sent on them any more
   */
  Future<Integer> cut() {
    List<Future<Void>> cut = resetBusy();
    cutNext.set(cut.isEmpty());
    return Future.join(cut).map(cut.size());
  }

  /**
   * Blocks the lane, or unblocks it. While it is blocked, its connections are reset, and so is
   * every new one.
   *
   * @param value whether to block it
   * @return completes when nothing can be sent on the connections that were reset
   */
  Future<Void> block(boolean value) {
    blocked = value;
    return value ? Future.join(resetBusy()).mapEmpty() : Future.succeededFuture();
  }

  void leave(Wire wire) {
    wires.remove(wire);
  }

  void received(long bytes) {
    bytesReceived.add(bytes);
  }

  void sent(long bytes) {
    bytesSent.add(bytes);
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("requests", requests.sum())
        .put("received", bytesReceived.sum())
        .put("sent", bytesSent.sum())
        .put("connections", wires.stream().filter(Wire::busy).count())
        .put("blocked", blocked);
  }

  private List<Future<Void>> resetBusy() {
    return wires.stream().filter(Wire::busy).map(Wire::reset).toList();
  }
}

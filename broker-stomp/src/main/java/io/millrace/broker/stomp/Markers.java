package io.millrace.broker.stomp;

import io.millrace.spi.MessageHeaders;
import io.millrace.spi.link.Link;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The markers that a node writes, until they have come back. Used on the link's context alone. */
final class Markers {

  private final String destination;
  private final String node = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
  private final Map<String, Promise<Long>> awaited = new HashMap<>();

  /** The newest that was read on this link. */
  private Optional<Marker.Previous> newest = Optional.empty();

  private long ids;

  /** When the stream was last seen to be alive. */
  private long progressAt = System.nanoTime();

  /**
   * None yet.
   *
   * @param destination where they are sent to
   */
  Markers(String destination) {
    this.destination = destination;
  }

  /** Returns an id that nothing else in the stream has. */
  String nextId() {
    return node + "-" + ++ids;
  }

  /** Forgets what was read: there is another link, perhaps to another stream. */
  void beginLink() {
    newest = Optional.empty();
    alive();
  }

  Marker hello() {
    return Marker.hello(nextId());
  }

  Marker founding(long generation) {
    String name = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
    return Marker.founding(nextId(), new StreamEpoch(name, generation));
  }

  Marker confirming(StreamEpoch epoch) {
    return new Marker(nextId(), Optional.of(epoch), false, newest);
  }

  /**
   * Writes a marker.
   *
   * @return completes with its place when it was read back; fails when the link breaks before
   */
  Future<Long> write(StompLink linked, Marker marker) {
    if (linked.isDown()) {
      return Future.failedFuture(Link.outOfReach());
    }
    if (awaited.isEmpty()) {
      alive();
    }
    Promise<Long> back = Promise.promise();
    awaited.put(marker.id(), back);
    Map<String, String> headers = marker.headers();
    headers.put("destination", destination);
    headers.put(MessageHeaders.TIME, Long.toString(System.currentTimeMillis()));
    linked.send("SEND", headers, Buffer.buffer());
    return back.future();
  }

  /** Takes a marker that was read. */
  void came(long offset, Marker marker) {
    newest = Optional.of(new Marker.Previous(offset, marker.id()));
    Promise<Long> back = awaited.remove(marker.id());
    if (back != null) {
      back.complete(offset);
    }
  }

  /** Takes note that something was read. */
  void alive() {
    progressAt = System.nanoTime();
  }

  /** Returns whether nothing has been read for so long though a marker is on its way. */
  boolean isSilentFor(long millis) {
    return !awaited.isEmpty() && System.nanoTime() - progressAt > millis * 1_000_000;
  }

  /** Fails all that have not come back. */
  void fail(Throwable why) {
    List<Promise<Long>> lost = new ArrayList<>(awaited.values());
    awaited.clear();
    lost.forEach(marker -> marker.fail(why));
  }
}

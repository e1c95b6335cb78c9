package io.millrace.broker.stomp;

import io.millrace.MillraceException;
import io.millrace.spi.MessageHeaders;
import io.millrace.spi.link.Link;
import io.millrace.spi.link.Publishers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Markers on their way: written until the broker takes them, then awaited. A broker that takes
 * nothing for a while, as RabbitMQ does when it is short of memory, says nothing about the stream.
 * Used on the link's context alone.
 */
final class StreamMarkers {

  private static final long AGAIN_MILLIS = 100;

  private final Vertx vertx;
  private final Publishers<StompLink> publishers;
  private final String destination;

  /** Those that have not come back yet, by their ids. */
  private final Map<String, Promise<Void>> awaited = new HashMap<>();

  /** Those of them that the broker has taken. */
  private final Set<String> taken = new HashSet<>();

  /** When the stream was last seen to be alive. */
  private long progressAt;

  StreamMarkers(Vertx vertx, Publishers<StompLink> publishers, String destination) {
    this.vertx = vertx;
    this.publishers = publishers;
    this.destination = destination;
  }

  /** Notes that the stream brought something. */
  void progress() {
    progressAt = System.nanoTime();
  }

  /** Returns whether the stream has brought nothing for so long that was written to it. */
  boolean isSilent(long nanos) {
    return !taken.isEmpty() && System.nanoTime() - progressAt > nanos;
  }

  boolean isNoneOnItsWay() {
    return awaited.isEmpty();
  }

  /**
   * Writes a marker.
   *
   * @return completes when it was read back; fails when the link breaks before, or the broker
   *     refuses
   */
  Future<Void> write(StompLink linked, Marker marker) {
    if (linked.isDown()) {
      return Future.failedFuture(Link.outOfReach());
    }
    Promise<Void> back = Promise.promise();
    awaited.put(marker.id(), back);
    send(linked, marker);
    return back.future();
  }

  private void send(StompLink linked, Marker marker) {
    Map<String, String> headers = marker.headers();
    headers.put("destination", destination);
    headers.put(MessageHeaders.TIME, Long.toString(System.currentTimeMillis()));
    publishers
        .publish(destination, link -> link.request("SEND", headers, Buffer.buffer()))
        .onSuccess(confirmed -> sent(marker))
        .onFailure(failure -> again(linked, marker, failure));
  }

  private void sent(Marker marker) {
    if (awaited.containsKey(marker.id())) {
      if (taken.isEmpty()) {
        progress();
      }
      taken.add(marker.id());
    }
  }

  private void again(StompLink linked, Marker marker, Throwable failure) {
    Promise<Void> back = awaited.get(marker.id());
    if (back == null || linked.isDown()) {
      return;
    }
    if (failure instanceof MillraceException known && known.retryable()) {
      vertx.setTimer(AGAIN_MILLIS, waited -> send(linked, marker));
    } else {
      awaited.remove(marker.id());
      back.fail(
          failure.getCause() instanceof StompException refusal
              ? new StompException(
                  "The broker does not take what nodes must write to the stream, at "
                      + destination
                      + ": "
                      + refusal.getMessage())
              : failure);
    }
  }

  /** Takes note of a marker that was read. */
  void came(Marker marker) {
    taken.remove(marker.id());
    Promise<Void> back = awaited.remove(marker.id());
    if (back != null) {
      back.complete();
    }
  }

  /** Fails all that are on their way. */
  void fail(MillraceException why) {
    List<Promise<Void>> lost = new ArrayList<>(awaited.values());
    awaited.clear();
    taken.clear();
    lost.forEach(marker -> marker.fail(why));
  }
}

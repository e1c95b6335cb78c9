package io.millrace.broker.stomp;

import io.millrace.MillraceException;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.BrokerException;
import io.millrace.spi.remote.Publishers;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The markers that a node has written and not read back yet. If a broker takes nothing for a while,
 * as RabbitMQ does when it is short of memory, that says nothing about the stream. Used only on the
 * connection's context.
 */
final class Markers {

  private static final long AGAIN_MILLIS = 100;

  private final Vertx vertx;
  private final Publishers<StompBrokerConnection> publishers;
  private final String destination;
  private final RabbitStreamClock clock = new RabbitStreamClock();
  private final String node = Long.toUnsignedString(new SecureRandom().nextLong(), 36);

  /** The markers that have not been read back yet, by their ids. */
  private final Map<String, Promise<Long>> awaited = new HashMap<>();

  /** The ids of those that the broker has taken. */
  private final Set<String> taken = new HashSet<>();

  /** The newest marker that was read on this connection. */
  private Optional<Marker.Previous> newest = Optional.empty();

  private long ids;

  /** When the stream was last seen to be alive. */
  private long progressAt = System.nanoTime();

  /**
   * Makes an object without markers.
   *
   * @param publishers sends the markers
   * @param destination where to send them
   */
  Markers(Vertx vertx, Publishers<StompBrokerConnection> publishers, String destination) {
    this.vertx = vertx;
    this.publishers = publishers;
    this.destination = destination;
  }

  /** Returns an id that nothing else in the stream has. */
  String nextId() {
    return node + "-" + ++ids;
  }

  /** Forgets what was read, because a new connection may lead to another stream. */
  void beginConnection() {
    newest = Optional.empty();
    alive();
  }

  Marker hello() {
    return Marker.hello(nextId());
  }

  Marker founding(long generation) {
    String name = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
    return Marker.founding(nextId(), new RabbitStreamEpoch(name, generation));
  }

  Marker confirming(RabbitStreamEpoch epoch) {
    return new Marker(nextId(), Optional.of(epoch), false, newest);
  }

  boolean isNoneOnItsWay() {
    return awaited.isEmpty();
  }

  /**
   * Writes a marker.
   *
   * @return completes with the marker's offset when it was read back; fails if the connection
   *     breaks before that, or if the broker refuses
   */
  Future<Long> write(StompBrokerConnection connected, Marker marker) {
    if (connected.isDown()) {
      return Future.failedFuture(BrokerConnection.outOfReach());
    }
    Promise<Long> back = Promise.promise();
    awaited.put(marker.id(), back);
    send(connected, marker);
    return back.future();
  }

  /** Writes a marker, and also fails if it is not read back in time. */
  Future<Long> write(StompBrokerConnection connected, Marker marker, Duration limit) {
    Future<Long> back = write(connected, marker);
    long timer =
        vertx.setTimer(
            limit.toMillis(),
            late -> {
              taken.remove(marker.id());
              Promise<Long> given = awaited.remove(marker.id());
              if (given != null) {
                given.fail(
                    new MillraceException(
                        MillraceException.Code.UNAVAILABLE,
                        "The broker did not deliver the end of the stream in time. Try again."));
              }
            });
    return back.onComplete(done -> vertx.cancelTimer(timer));
  }

  private void send(StompBrokerConnection connected, Marker marker) {
    Map<String, String> headers = marker.headers();
    headers.put("destination", destination);
    headers.put(MessageHeaders.TIME, Long.toString(System.currentTimeMillis()));
    if (marker.founding()) {
      clock.start();
    }
    clock
        .elapsed()
        .ifPresent(elapsed -> headers.put(RabbitStreamClock.ELAPSED, Long.toString(elapsed)));
    publishers
        .publish(destination, connection -> connection.request("SEND", headers, Buffer.buffer()))
        .onSuccess(confirmed -> sent(marker))
        .onFailure(failure -> again(connected, marker, failure));
  }

  private void sent(Marker marker) {
    if (awaited.containsKey(marker.id())) {
      if (taken.isEmpty()) {
        alive();
      }
      taken.add(marker.id());
    }
  }

  private void again(StompBrokerConnection connected, Marker marker, Throwable failure) {
    Promise<Long> back = awaited.get(marker.id());
    if (back == null || connected.isDown()) {
      return;
    }
    if (failure instanceof MillraceException known && known.retryable()) {
      vertx.setTimer(AGAIN_MILLIS, waited -> send(connected, marker));
    } else {
      awaited.remove(marker.id());
      back.fail(
          failure.getCause() instanceof BrokerException refusal
              ? new BrokerException(
                  "The broker refuses the markers that nodes must write to the stream, at "
                      + destination
                      + ": "
                      + refusal.getMessage())
              : failure);
    }
  }

  /** {@return the stream's clock, as far as the stream was read} */
  RabbitStreamClock clock() {
    return clock;
  }

  /** Takes a marker that was read. */
  void came(RabbitStreamReading.Item item, Marker marker) {
    long offset = item.offset();
    if (!item.written().equals(Instant.EPOCH)) {
      clock.read(item.written().toEpochMilli());
    }
    newest = Optional.of(new Marker.Previous(offset, marker.id()));
    taken.remove(marker.id());
    Promise<Long> back = awaited.remove(marker.id());
    if (back != null) {
      back.complete(offset);
    }
  }

  /** Notes that something was read. */
  void alive() {
    progressAt = System.nanoTime();
  }

  /** Returns whether nothing was read for this long, although the broker has taken a marker. */
  boolean isSilentFor(long millis) {
    return !taken.isEmpty() && System.nanoTime() - progressAt > millis * 1_000_000;
  }

  /** Fails all markers that have not been read back. */
  void fail(Throwable why) {
    List<Promise<Long>> lost = new ArrayList<>(awaited.values());
    awaited.clear();
    taken.clear();
    lost.forEach(marker -> marker.fail(why));
  }
}

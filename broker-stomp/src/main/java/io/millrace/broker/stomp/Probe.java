package io.millrace.broker.stomp;

import io.millrace.spi.remote.SkipCounter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Reads the end of the stream, on a connection of its own, to find out which stream it is: first
 * the last minutes, and if no marker there names the stream, more and more of it. Used only on the
 * connection's context.
 */
final class Probe {

  /** How many times as much is read each time. */
  private static final int FACTOR = 16;

  private static final Duration LEAST = Duration.ofMinutes(1);
  private static final Duration MOST = Duration.ofDays(365);

  private final StompBrokerConnection reading;
  private final Markers markers;
  private final Duration span;
  private final boolean all;
  private final Identity identity = new Identity();
  private long first = -1;

  /** The stream's clock at the first marker that has it; zero if none has. */
  private long firstElapsed;

  private long end;
  private boolean closed;

  private Probe(StompBrokerConnection reading, Markers markers, Duration span, boolean all) {
    this.reading = reading;
    this.markers = markers;
    this.span = span;
    this.all = all;
  }

  /**
   * Starts to read.
   *
   * @param writing the connection on which markers are written
   * @param connections makes further connections
   * @param since how long the node has not read
   * @return a probe that is still reading
   */
  static Future<Probe> begin(
      StompBrokerConnection writing,
      Supplier<Future<StompBrokerConnection>> connections,
      StompBrokerOptions options,
      Markers markers,
      Duration since) {
    Duration some = options.markerInterval().multipliedBy(4).plus(LEAST).plus(since);
    return look(writing, connections, options, markers, some);
  }

  private static Future<Probe> look(
      StompBrokerConnection writing,
      Supplier<Future<StompBrokerConnection>> connections,
      StompBrokerOptions options,
      Markers markers,
      Duration span) {
    boolean all = span.compareTo(MOST) > 0;
    String from =
        all ? "first" : RabbitStreamQueue.since(System.currentTimeMillis() - span.toMillis());
    return connections
        .get()
        .compose(
            connection -> new Probe(connection, markers, span, all).read(writing, options, from))
        .compose(
            probe -> {
              if (all || probe.first == 0 || probe.identity.known().isPresent()) {
                return Future.succeededFuture(probe);
              }
              probe.close();
              return look(writing, connections, options, markers, span.multipliedBy(FACTOR));
            });
  }

  private Future<Probe> read(
      StompBrokerConnection writing, StompBrokerOptions options, String from) {
    Promise<Probe> found = Promise.promise();
    new RabbitStreamReading(reading, options, SkipCounter.unheard(), options.prefetch())
        .begin(from, this::take)
        .compose(begun -> markers.write(writing, markers.hello()))
        .onSuccess(
            offset -> {
              end = offset;
              found.tryComplete(this);
            })
        .onFailure(
            failure -> {
              if (!reading.isDown()) { // Otherwise its end says why.
                found.tryFail(failure);
              }
            });
    reading.ended().onSuccess(found::tryFail);
    return found.future().onFailure(failure -> close());
  }

  private void take(RabbitStreamReading.Item item) {
    if (closed) {
      return;
    }
    markers.alive();
    if (first < 0) {
      first = item.offset();
    }
    item.marker()
        .ifPresent(
            marker -> {
              identity.read(item.offset(), marker);
              markers.came(item, marker);
              if (firstElapsed <= 0) {
                firstElapsed = item.written().toEpochMilli();
              }
            });
  }

  /**
   * Gives the stream a new name.
   *
   * @param generation higher than any that the node knows
   * @return completes when all names given up to now were read; of those with this generation, the
   *     first counts
   */
  Future<Void> found(StompBrokerConnection writing, long generation) {
    Promise<Void> back = Promise.promise();
    markers
        .write(writing, markers.founding(generation))
        .onSuccess(read -> back.tryComplete())
        .onFailure(back::tryFail);
    reading.ended().onSuccess(back::tryFail);
    return back.future();
  }

  /** {@return the identity of the stream, according to its markers} */
  Identity identity() {
    return identity;
  }

  /**
   * {@return by how much this machine's clock may be ahead of the broker's: by this time, the part
   * that the broker sent is shorter than the part that was asked for. It is more if no node ran for
   * a while, and zero if there is nothing to compute it from}
   */
  Duration ahead() {
    OptionalLong now = markers.clock().elapsed();
    if (all || firstElapsed <= 0 || now.isEmpty()) {
      return Duration.ZERO;
    }
    Duration missing = span.minusMillis(now.getAsLong() - firstElapsed);
    return missing.isNegative() ? Duration.ZERO : missing;
  }

  /** {@return the end of the stream when it was read} */
  long end() {
    return end;
  }

  void close() {
    closed = true;
    var unused = reading.disconnect();
  }
}

package io.millrace.broker.stomp;

import io.millrace.spi.BrokerRecord;
import io.millrace.spi.BrokerRecords;
import io.millrace.spi.remote.BrokerConnection;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records that are read back from the stream, over a connection of their own, so that they do not
 * delay live messages. Used only on the context on which they were requested.
 */
final class RabbitStreamRecords implements BrokerRecords {

  /** How many records are searched for a marker, whose time is reliable. */
  private static final int MOST_LOOKED_AT = 20_000;

  /** How much shorter than requested the lead may be, because the broker finds times by chunks. */
  private static final Duration TOLERANCE = Duration.ofSeconds(30);

  /** How many times as long as requested the lead may be. */
  private static final int MOST_LEADS = 4;

  private static final long LEAST_BACK = 1_000;
  private static final long FACTOR = 4;

  private final Supplier<Future<StompBrokerConnection>> connections;
  private final Function<StompBrokerConnection, RabbitStreamReading> readings;
  private final long from;
  private final Duration lead;
  private final Queue<BrokerRecord> came = new ArrayDeque<>();
  private @Nullable Handler<BrokerRecord> handler;
  private @Nullable Handler<Throwable> failing;
  private Optional<StompBrokerConnection> connection = Optional.empty();
  private Optional<RabbitStreamReading> reading = Optional.empty();

  /** The oldest of the requested records that still exists, once that is known. */
  private long oldest = Long.MAX_VALUE;

  /** The stream's clock when the requested record was written, if that is known. */
  private Optional<Long> wanted = Optional.empty();

  /** The first offset that was read. */
  private long first = -1;

  /** The offset at which reading was asked to begin; the maximum if it was asked for by time. */
  private long asked = Long.MAX_VALUE;

  /** How many records before the requested one that is. */
  private long back;

  private long demand;

  /** Whether reading began early enough, so that the records may be handed over. */
  private boolean begun;

  private boolean closed;
  private Optional<Throwable> failure = Optional.empty();

  private RabbitStreamRecords(
      Supplier<Future<StompBrokerConnection>> connections,
      Function<StompBrokerConnection, RabbitStreamReading> readings,
      long from,
      Duration lead) {
    this.connections = connections;
    this.readings = readings;
    this.from = from;
    this.lead = lead;
    this.begun = lead.isZero() || from == 0;
  }

  /**
   * Starts to read.
   *
   * @param connections makes connections
   * @param readings makes the only subscription on a connection
   * @param from the offset of the requested record
   * @param lead how much earlier to begin, by the stream's clock
   */
  static Future<BrokerRecords> read(
      Supplier<Future<StompBrokerConnection>> connections,
      Function<StompBrokerConnection, RabbitStreamReading> readings,
      long from,
      Duration lead) {
    RabbitStreamRecords records = new RabbitStreamRecords(connections, readings, from, lead);
    return records.beginning().compose(records::begin).map(records);
  }

  /** Finds where to begin. The time of the requested record is known only after it was read. */
  private Future<String> beginning() {
    return lead.isZero() || from == 0
        ? Future.succeededFuture(RabbitStreamQueue.at(from))
        : connections.get().compose(this::beginning);
  }

  private Future<String> beginning(StompBrokerConnection connected) {
    RabbitStreamReading search = readings.apply(connected);
    Promise<String> found = Promise.promise();
    connected.ended().onSuccess(found::tryFail);
    search
        .begin(RabbitStreamQueue.at(from), item -> search(search, item.offset(), found))
        .onFailure(found::tryFail);
    return found.future().onComplete(start -> connected.disconnect());
  }

  private void search(RabbitStreamReading search, long offset, Promise<String> found) {
    if (found.future().isComplete()) {
      return; // A record that was in flight.
    }
    oldest = Math.min(oldest, offset);
    if (search.elapsed().isPresent() && search.time().isPresent()) {
      wanted = search.elapsed();
      found.complete(RabbitStreamQueue.since(search.time().get().minus(lead).toEpochMilli()));
    } else if (offset - oldest > MOST_LOOKED_AT) {
      begun = true; // It is not known when it was written.
      found.complete("first");
    }
  }

  private Future<Void> begin(String start) {
    return connections
        .get()
        .compose(
            connected -> {
              if (closed) {
                connected.end(BrokerConnection.outOfReach());
                return Future.failedFuture(BrokerConnection.outOfReach());
              }
              RabbitStreamReading main = readings.apply(connected);
              connection = Optional.of(connected);
              reading = Optional.of(main);
              connected.ended().onSuccess(cause -> ended(connected, cause));
              main.hold(true);
              return main.begin(start, item -> take(main, item)).onFailure(connected::end);
            });
  }

  private void take(RabbitStreamReading main, RabbitStreamReading.Item item) {
    if (closed || reading.filter(main::equals).isEmpty()) {
      return; // Of a reading that did not begin at the right place.
    }
    if (first < 0) {
      first = item.offset();
    }
    came.add(
        new BrokerRecord(
            item.offset(),
            item.message().map(message -> new BrokerRecord.Content(item.channel(), message)),
            Optional.of(item.written())));
    if (!begun) {
      judge(item);
    }
    hand();
  }

  /**
   * Checks the first record whose time of writing is known. The broker finds a time by its own
   * clock, so the place that it found may be too late, or much too early. Then the place is
   * searched for by offsets, each time four times as far back.
   */
  private void judge(RabbitStreamReading.Item item) {
    boolean isTold = !item.written().equals(Instant.EPOCH);
    if (!isTold && item.offset() < oldest && came.size() < MOST_LOOKED_AT / 10) {
      return;
    }
    Duration before =
        isTold
            ? Duration.ofMillis(wanted.orElse(0L) - item.written().toEpochMilli())
            : Duration.ZERO;
    boolean enough = before.compareTo(lead.minus(TOLERANCE)) >= 0 && first <= oldest;
    boolean tooMuch = back == 0 && before.compareTo(lead.multipliedBy(MOST_LEADS)) > 0;
    if (first == 0 || first > asked || (enough && !tooMuch)) {
      begun = true;
    } else {
      back = Math.max(LEAST_BACK, back * FACTOR);
      asked = Math.max(0, oldest - back);
      beginAgain(RabbitStreamQueue.at(asked));
    }
  }

  private void beginAgain(String start) {
    came.clear();
    first = -1;
    Optional<StompBrokerConnection> other = connection;
    connection = Optional.empty();
    reading = Optional.empty();
    other.ifPresent(StompBrokerConnection::disconnect);
    begin(start).onFailure(this::fail);
  }

  private void hand() {
    while (begun && demand > 0 && handler != null && !came.isEmpty() && !closed) {
      if (demand < Long.MAX_VALUE) {
        demand--;
      }
      handler.handle(came.remove());
    }
    reading.ifPresent(main -> main.hold(begun && demand == 0));
  }

  private void ended(StompBrokerConnection connected, Throwable cause) {
    if (connection.filter(connected::equals).isPresent()) {
      fail(cause);
    }
  }

  private void fail(Throwable cause) {
    failure = Optional.of(cause);
    if (!closed && failing != null) {
      closed = true;
      failing.handle(cause);
    }
  }

  @Override
  public BrokerRecords exceptionHandler(@Nullable Handler<Throwable> value) {
    failing = value;
    failure.ifPresent(this::fail);
    return this;
  }

  @Override
  public BrokerRecords handler(@Nullable Handler<BrokerRecord> value) {
    handler = value;
    return this;
  }

  @Override
  public BrokerRecords pause() {
    demand = 0;
    return this;
  }

  @Override
  public BrokerRecords resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public BrokerRecords fetch(long amount) {
    demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
    hand();
    return this;
  }

  @Override
  public BrokerRecords endHandler(@Nullable Handler<Void> value) {
    return this;
  }

  @Override
  public Future<Void> close() {
    closed = true;
    came.clear();
    return connection.map(StompBrokerConnection::disconnect).orElse(Future.succeededFuture());
  }
}

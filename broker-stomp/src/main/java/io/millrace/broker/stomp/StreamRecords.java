package io.millrace.broker.stomp;

import io.millrace.spi.BrokerRecord;
import io.millrace.spi.BrokerRecords;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Records read back from the stream, over a link of their own, so that they delay nothing that is
 * live. Used on the context on which they were asked for.
 */
final class StreamRecords implements BrokerRecords {

  private static final int PREFETCH = 200;

  /** How many records are looked at in search of one that has a time. */
  private static final int MOST_LOOKED_AT = 1000;

  private final StompLink link;
  private final IntFunction<StreamReading> readings;
  private final long from;
  private final Queue<BrokerRecord> came = new ArrayDeque<>();
  private @Nullable Handler<BrokerRecord> handler;
  private @Nullable Handler<Throwable> failing;
  private Optional<StreamReading> reading = Optional.empty();

  /** The oldest record there is of those wanted, once that is known. */
  private long oldest = Long.MAX_VALUE;

  private long demand;
  private boolean begun;
  private boolean closed;

  private StreamRecords(StompLink link, IntFunction<StreamReading> readings, long from) {
    this.link = link;
    this.readings = readings;
    this.from = from;
    link.ended().onSuccess(this::ended);
  }

  /**
   * Begins to read.
   *
   * @param link a link of its own
   * @param readings makes a subscription on that link, by its prefetch
   * @param from the offset wanted
   * @param lead by how much earlier to begin, by the records' times
   */
  static Future<BrokerRecords> read(
      StompLink link, IntFunction<StreamReading> readings, long from, Duration lead) {
    StreamRecords records = new StreamRecords(link, readings, from);
    return records
        .beginning(lead)
        .compose(records::begin)
        .<BrokerRecords>map(records)
        .onFailure(link::end);
  }

  /** Finds where to begin: what time the record wanted is from, is known once it was read. */
  private Future<String> beginning(Duration lead) {
    if (lead.isZero() || from == 0) {
      return Future.succeededFuture(StreamQueue.at(from));
    }
    StreamReading search = readings.apply(PREFETCH);
    Promise<String> found = Promise.promise();
    return search
        .begin(StreamQueue.at(from), item -> search(search, item.offset(), lead, found))
        .compose(searching -> found.future())
        .compose(start -> search.end().map(start));
  }

  private void search(StreamReading search, long offset, Duration lead, Promise<String> found) {
    oldest = Math.min(oldest, offset);
    Optional<Instant> time = search.time();
    if (time.isPresent()) {
      found.tryComplete(StreamQueue.since(time.get().minus(lead).toEpochMilli()));
    } else if (offset - oldest > MOST_LOOKED_AT) {
      found.tryComplete(StreamQueue.at(from));
    }
  }

  private Future<Void> begin(String start) {
    StreamReading main = readings.apply(PREFETCH);
    main.hold(true);
    reading = Optional.of(main);
    return main.begin(start, this::take);
  }

  private void take(StreamReading.Item item) {
    if (!begun) {
      begun = true;
      if (item.offset() > oldest) {
        beginAnew();
        return;
      }
    }
    came.add(new BrokerRecord(item.offset(), item.channel(), item.message()));
    hand();
  }

  /** The broker's clock is ahead of the records' times: better without a lead than a false gap. */
  private void beginAnew() {
    reading
        .map(StreamReading::end)
        .orElse(Future.succeededFuture())
        .compose(ended -> begin(StreamQueue.at(from)))
        .onFailure(link::end);
  }

  private void hand() {
    while (demand > 0 && handler != null && !came.isEmpty() && !closed) {
      if (demand < Long.MAX_VALUE) {
        demand--;
      }
      handler.handle(came.remove());
    }
    reading.ifPresent(main -> main.hold(demand == 0));
  }

  private void ended(Throwable cause) {
    if (!closed && failing != null) {
      closed = true;
      failing.handle(cause);
    }
  }

  @Override
  public BrokerRecords exceptionHandler(@Nullable Handler<Throwable> value) {
    failing = value;
    if (link.isDown()) {
      ended(StompLink.broken());
    }
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
    return link.disconnect();
  }
}

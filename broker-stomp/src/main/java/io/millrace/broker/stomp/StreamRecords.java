package io.millrace.broker.stomp;

import io.millrace.spi.BrokerRecord;
import io.millrace.spi.BrokerRecords;
import io.millrace.spi.link.Link;
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
 * Records read back from the stream, over a link of their own, so that they delay nothing that is
 * live. Used on the context on which they were asked for.
 */
final class StreamRecords implements BrokerRecords {

  /** How many records are looked at in search of a marker, which has a time to be relied on. */
  private static final int MOST_LOOKED_AT = 20_000;

  private final Supplier<Future<StompLink>> links;
  private final Function<StompLink, StreamReading> readings;
  private final long from;
  private final Queue<BrokerRecord> came = new ArrayDeque<>();
  private @Nullable Handler<BrokerRecord> handler;
  private @Nullable Handler<Throwable> failing;
  private Optional<StompLink> link = Optional.empty();
  private Optional<StreamReading> reading = Optional.empty();

  /** The oldest record there is of those wanted, once that is known. */
  private long oldest = Long.MAX_VALUE;

  private long demand;
  private boolean begun;
  private boolean closed;
  private Optional<Throwable> failure = Optional.empty();

  private StreamRecords(
      Supplier<Future<StompLink>> links, Function<StompLink, StreamReading> readings, long from) {
    this.links = links;
    this.readings = readings;
    this.from = from;
  }

  /**
   * Begins to read.
   *
   * @param links makes links
   * @param readings makes the only subscription on a link
   * @param from the offset wanted
   * @param lead by how much earlier to begin, by the records' times
   */
  static Future<BrokerRecords> read(
      Supplier<Future<StompLink>> links,
      Function<StompLink, StreamReading> readings,
      long from,
      Duration lead) {
    StreamRecords records = new StreamRecords(links, readings, from);
    return records.beginning(lead).compose(records::begin).map(records);
  }

  /** Finds where to begin: what time the record wanted is from, is known once it was read. */
  private Future<String> beginning(Duration lead) {
    return lead.isZero() || from == 0
        ? Future.succeededFuture(StreamQueue.at(from))
        : links.get().compose(linked -> beginning(linked, lead));
  }

  private Future<String> beginning(StompLink linked, Duration lead) {
    StreamReading search = readings.apply(linked);
    Promise<String> found = Promise.promise();
    linked.ended().onSuccess(found::tryFail);
    search
        .begin(StreamQueue.at(from), item -> search(search, item.offset(), lead, found))
        .onFailure(found::tryFail);
    return found.future().onComplete(start -> linked.disconnect());
  }

  private void search(StreamReading search, long offset, Duration lead, Promise<String> found) {
    oldest = Math.min(oldest, offset);
    Optional<Instant> time = search.time();
    if (time.isPresent()) {
      found.tryComplete(StreamQueue.since(time.get().minus(lead).toEpochMilli()));
    } else if (offset - oldest > MOST_LOOKED_AT) {
      found.tryComplete("first");
    }
  }

  private Future<Void> begin(String start) {
    return links
        .get()
        .compose(
            linked -> {
              if (closed) {
                linked.end(Link.broken());
                return Future.failedFuture(Link.broken());
              }
              StreamReading main = readings.apply(linked);
              link = Optional.of(linked);
              reading = Optional.of(main);
              linked.ended().onSuccess(cause -> ended(linked, cause));
              main.hold(true);
              return main.begin(start, this::take).onFailure(linked::end);
            });
  }

  private void take(StreamReading.Item item) {
    if (!begun) {
      begun = true;
      if (item.offset() > oldest) {
        beginAnew();
        return;
      }
    }
    came.add(
        new BrokerRecord(
            item.offset(), item.channel(), item.message(), Optional.of(item.written())));
    hand();
  }

  /** The broker's clock is ahead of the records' times: better without a lead than a false gap. */
  private void beginAnew() {
    Optional<StompLink> other = link;
    link = Optional.empty();
    reading = Optional.empty();
    other.ifPresent(StompLink::disconnect);
    begin(StreamQueue.at(from)).onFailure(this::fail);
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

  private void ended(StompLink linked, Throwable cause) {
    if (link.filter(linked::equals).isPresent()) {
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
    return link.map(StompLink::disconnect).orElse(Future.succeededFuture());
  }
}

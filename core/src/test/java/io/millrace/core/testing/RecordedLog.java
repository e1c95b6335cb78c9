package io.millrace.core.testing;

import io.millrace.Message;
import io.millrace.spi.BrokerLog;
import io.millrace.spi.BrokerRecord;
import io.millrace.spi.BrokerRecords;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend's log that is written by a test. */
public final class RecordedLog implements BrokerLog {

  /** When the first record was published; each further one follows a second later. */
  static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

  public final List<BrokerRecord> records = Collections.synchronizedList(new ArrayList<>());
  public final List<Long> reads = new CopyOnWriteArrayList<>();
  public final AtomicInteger open = new AtomicInteger();
  public final AtomicInteger mostOpen = new AtomicInteger();
  final AtomicInteger catchUps = new AtomicInteger();
  public volatile boolean reachable = true;

  /** Records before this one were dropped. */
  public volatile int first;

  public BrokerRecord add(String channel, Message message) {
    int offset = records.size();
    Message timed =
        message.time().isPresent() ? message : message.withTime(BEGINNING.plusSeconds(offset));
    return added(
        new BrokerRecord(
            offset, Optional.of(new BrokerRecord.Content(channel, timed)), timed.time()));
  }

  public BrokerRecord addOther() {
    return added(new BrokerRecord(records.size(), Optional.empty(), Optional.empty()));
  }

  private BrokerRecord added(BrokerRecord record) {
    records.add(record);
    return record;
  }

  @Override
  public Future<Void> catchUp() {
    catchUps.incrementAndGet();
    return Future.succeededFuture();
  }

  @Override
  public Future<BrokerRecords> read(long from, Duration lead) {
    reads.add(from);
    if (!reachable) {
      return Future.failedFuture("out of reach");
    }
    Instant wanted = records.get((int) from).written().orElse(BEGINNING).minus(lead);
    int begin = first;
    while (begin < from
        && records.get(begin).written().filter(time -> time.isBefore(wanted)).isPresent()) {
      begin++;
    }
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
    return Future.succeededFuture(
        new Reading(begin, Objects.requireNonNull(Vertx.currentContext())));
  }

  private final class Reading implements BrokerRecords {
    private final Context context;
    private int next;
    private boolean paused = true;
    private boolean closed;
    private boolean queued;
    private Handler<BrokerRecord> handler = record -> {};
    private Handler<Throwable> failure = cause -> {};

    Reading(int next, Context context) {
      this.next = next;
      this.context = context;
    }

    private void go() {
      if (!queued) {
        queued = true;
        context.runOnContext(now -> deliver());
      }
    }

    private void deliver() {
      queued = false;
      if (!reachable && !closed) {
        failure.handle(new IllegalStateException("out of reach"));
      }
      while (!paused && !closed && next < records.size()) {
        handler.handle(records.get(next++));
      }
    }

    @Override
    public BrokerRecords exceptionHandler(Handler<Throwable> handling) {
      failure = handling;
      return this;
    }

    @Override
    public BrokerRecords handler(Handler<BrokerRecord> handling) {
      handler = handling;
      return this;
    }

    @Override
    public BrokerRecords pause() {
      paused = true;
      return this;
    }

    @Override
    public BrokerRecords resume() {
      paused = false;
      go();
      return this;
    }

    @Override
    public BrokerRecords fetch(long amount) {
      throw new UnsupportedOperationException("no test needs this");
    }

    @Override
    public BrokerRecords endHandler(Handler<Void> handling) {
      return this;
    }

    @Override
    public Future<Void> close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
      }
      return Future.succeededFuture();
    }
  }
}

package io.millrace.core.reader;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Subscriber;
import io.millrace.Subscription;
import io.millrace.core.log.LogEntry;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.Slice;
import io.millrace.core.log.StartPosition;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.lang.System.Logger;
import java.util.Optional;

/** A reader for the application itself: entries are handed over, not framed. */
public final class SubscriberReader extends Reader implements Subscription {

  private static final Logger LOG = System.getLogger(SubscriberReader.class.getName());

  /** All subscribers with the same channels are one audience. */
  private static final Framing UNFRAMED =
      new Framing() {
        @Override
        public Buffer entry(Entry entry) {
          return NOTHING;
        }

        @Override
        public Buffer signal(Signal signal) {
          return NOTHING;
        }
      };

  private static final int SLICE_ENTRIES = 256;

  private final Subscriber subscriber;

  /** What {@link #cursor()} returns on other threads while it is not live. */
  private volatile long read;

  private boolean hasRead;

  /** Makes a reader that has not begun. */
  public SubscriberReader(Shard shard, Subscriber subscriber) {
    super(shard, UNFRAMED);
    this.subscriber = subscriber;
  }

  @Override
  public void begin(StartPosition start) {
    shard.add(this);
    enter(start.positions());
    moveTo(start.seq());
    read = start.seq();
    start.gap().ifPresent(reason -> tell(new Gap(ReadPosition.names(positions()), reason)));
    if (!isEnded()) {
      shard.queue(this); // Nothing is delivered before the application has the subscription.
    }
  }

  @Override
  public Optional<String> transport() {
    return Optional.empty();
  }

  @Override
  void advance() {
    if (cursorSeq() <= shard.position()) {
      Gap.Reason lost = hasRead ? Gap.Reason.SLOW : Gap.Reason.EXPIRED;
      Optional<Slice> next = shard.ownSlices().read(this, SLICE_ENTRIES, Shard.TURN_BYTES, lost);
      if (next.isEmpty()) {
        return;
      }
      Slice slice = next.get();
      hasRead = true;
      slice.gaps().forEach(this::tell);
      slice.entries().forEach(this::deliver);
      moveTo(slice.through());
      read = slice.through();
    }
    if (!isEnded() && !becomeLive()) {
      count();
      shard.queue(this);
    }
  }

  @Override
  void receive(Audience from, long before) {
    for (LogEntry entry : from.pending()) {
      deliver(entry);
    }
  }

  @Override
  void startOver() {
    fallBehind(cursorSeq());
    positions().forEach(ReadPosition::startOver);
    moveTo(shard.position());
    read = shard.position();
    tell(new Gap(ReadPosition.names(positions()), Gap.Reason.EPOCH));
  }

  private void deliver(LogEntry entry) {
    if (!isEnded()) {
      safely(() -> subscriber.onMessage(entry));
      read = entry.seq;
    }
  }

  private void tell(Gap gap) {
    if (!isEnded()) {
      safely(() -> subscriber.onGap(gap));
    }
  }

  @Override
  public void end(Ending ending) {
    detach();
  }

  @Override
  void abort(Ending ending) {
    detach();
  }

  @Override
  void detached() {
    safely(subscriber::onEnd);
  }

  private static void safely(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) {
      LOG.log(Logger.Level.ERROR, "A subscriber failed", e);
    }
  }

  @Override
  void tellHealth() {}

  @Override
  public Cursor cursor() {
    return shard.log().cursor(read);
  }

  @Override
  public Future<Void> end() {
    return shard.compute(
        here -> {
          end(Ending.DONE);
          return null;
        });
  }
}

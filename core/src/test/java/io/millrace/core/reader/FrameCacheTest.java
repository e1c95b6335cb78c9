package io.millrace.core.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Entry;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Log;
import io.millrace.core.log.LogEntry;
import io.millrace.core.log.LogItem;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FrameCacheTest {

  private static final int MOST_BYTES = 4 << 20;

  private final AtomicInteger framed = new AtomicInteger();
  private final FrameCache cache = new FrameCache(() -> MOST_BYTES);
  private final Log log = new Log(new MillraceOptions(), false, () -> 0);

  private final class Sized implements Framing {
    private final int size;

    Sized(int size) {
      this.size = size;
    }

    @Override
    public Buffer entry(Entry entry) {
      framed.incrementAndGet();
      return Buffer.buffer(new byte[size]);
    }

    @Override
    public Buffer signal(Signal signal) {
      return NOTHING;
    }
  }

  private LogEntry entry() {
    LogItem[] items = new LogItem[1];
    log.readRing(log.append("a", Message.json(1)).seq() - 1, items, 1000);
    return (LogEntry) items[0];
  }

  @Test
  void anEntryIsFramedOnceForEachFramingAndForReplaysApart() {
    LogEntry entry = entry();
    Framing one = new Sized(10);
    Buffer frame = cache.frame(one, entry);
    assertThat(cache.frame(one, entry)).isSameAs(frame);
    assertThat(cache.replayed(one, entry)).isNotSameAs(frame);
    assertThat(cache.frame(new Sized(10), entry)).isNotSameAs(frame);
    assertThat(framed).hasValue(3);
  }

  @Test
  void theOldestFramesGoWhenThereAreTooManyBytes() {
    Framing framing = new Sized(1 << 20);
    List<LogEntry> entries = List.of(entry(), entry(), entry(), entry(), entry());
    entries.forEach(entry -> cache.frame(framing, entry));
    assertThat(cache.size()).isEqualTo(3);
    cache.frame(framing, entries.get(4));
    assertThat(framed).hasValue(5);
    cache.frame(framing, entries.get(0));
    assertThat(framed).hasValue(6);
    Buffer large = cache.frame(new Sized(MOST_BYTES), entries.get(0));
    assertThat(large.length()).isEqualTo(MOST_BYTES);
    assertThat(cache.size()).isZero();
  }

  @Test
  void framesWithoutBytesAreBoundedToo() {
    Framing framing = new Sized(0);
    for (int i = 0; i < 50_000; i++) {
      cache.frame(framing, entry());
    }
    assertThat(cache.size()).isBetween(1000, 40_000);
  }

  @Test
  void framesAreJoinedInOrderAndOneIsNotCopied() {
    Buffer one = Buffer.buffer("a");
    assertThat(FrameCache.join(List.of(one))).isSameAs(one);
    assertThat(FrameCache.join(List.of(one, Buffer.buffer(), Buffer.buffer("bc"))))
        .hasToString("abc");
    assertThat(FrameCache.join(List.of()).length()).isZero();
  }
}

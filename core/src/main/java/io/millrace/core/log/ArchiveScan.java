package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.SlowPolicy;
import io.millrace.spi.BrokerLog;
import io.millrace.spi.BrokerRecord;
import io.millrace.spi.BrokerRecords;
import io.vertx.core.AsyncResult;
import io.vertx.core.internal.ContextInternal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the broker's own log from a place on, in blocks. It pauses after each block until it is
 * asked to continue. Owned by one event loop.
 */
final class ArchiveScan {

  /** No patterns: entries that were read back say nothing about what the log has lost. */
  private static final PatternTree<PatternLog> NO_PATTERNS = new PatternTree<>();

  /** A block is complete when it has this many bytes or records. */
  private static final int BLOCK_BYTES = 256 << 10;

  private static final int BLOCK_RECORDS = 4096;

  /** Receives the results, on the event loop. */
  interface Listener {

    void completed(ArchiveScan scan, ArchiveBlock block);

    void failed(ArchiveScan scan, Throwable cause);
  }

  private final MillraceOptions options;
  private final Epoch epoch;
  private final long now;
  private final RecordKeys keys;
  private final Listener listener;
  private final Map<String, ChannelLog> channels = new HashMap<>();
  private final List<LogEntry> entries = new ArrayList<>();
  private Optional<ContextInternal> context = Optional.empty();
  private Optional<BrokerRecords> records = Optional.empty();
  private boolean closed;
  private boolean running = true;

  /** The sequence number after which the current block begins. */
  private long after;

  /** The last record that was read; zero if there was none. */
  private long reached;

  private long needed;
  private long bytes;
  private int count;

  /**
   * A scan.
   *
   * @param options the limits
   * @param epoch the epoch of the log
   * @param after the sequence number after which it begins
   * @param needed how far it must read; a block ends there at the latest
   * @param now the present time, in milliseconds of the node's clock
   * @param listener receives each block
   */
  ArchiveScan(
      MillraceOptions options, Epoch epoch, long after, long needed, long now, Listener listener) {
    this.options = options;
    this.epoch = epoch;
    this.after = after;
    this.needed = needed;
    this.now = now;
    this.listener = listener;
    this.keys = new RecordKeys(options);
  }

  /** Returns the sequence number after which the current or next block begins. */
  long after() {
    return after;
  }

  /** Returns the log that is read. */
  Epoch epoch() {
    return epoch;
  }

  boolean isRunning() {
    return running;
  }

  void open(BrokerLog log, ContextInternal own) {
    context = Optional.of(own);
    log.read(after, RecordKeys.lead(options))
        .onComplete(opened -> own.runOnContext(here -> opened(opened)));
  }

  private void opened(AsyncResult<BrokerRecords> opened) {
    if (opened.failed()) {
      fail(opened.cause());
    } else if (closed) {
      opened.result().close();
    } else {
      records = Optional.of(opened.result());
      opened.result().exceptionHandler(this::fail).handler(this::take).resume();
    }
  }

  /** Reads the next block, but not at once, because a record may just be being processed. */
  void goOn(long upTo) {
    needed = upTo;
    running = true;
    context.ifPresent(own -> own.runOnContext(later -> resume()));
  }

  private void resume() {
    if (running && !closed) {
      records.ifPresent(BrokerRecords::resume);
    }
  }

  private void take(BrokerRecord record) {
    assert context.stream().allMatch(ContextInternal::inThread) : "not on its event loop";
    if (closed) {
      return;
    }
    long seq = record.offset() + 1;
    boolean first = reached == 0;
    reached = seq;
    if (first && seq > after + 1) {
      complete(new ArchiveBlock(after, seq - 1, List.of(), 0, true));
    }
    record.content().ifPresent(content -> take(seq, content, written(record, content.message())));
    if (seq > after) {
      count++;
      if (seq >= needed || bytes >= BLOCK_BYTES || count >= BLOCK_RECORDS) {
        complete(new ArchiveBlock(after, seq, List.copyOf(entries), bytes, false));
      }
    }
  }

  private void take(long seq, BrokerRecord.Content content, long written) {
    String channel = content.channel();
    Message message = content.message();
    Optional<MessageKey> key = MessageKey.of(channel, message);
    try {
      if ((key.isEmpty() || keys.originalOf(seq, key.get(), written) == seq)
          && seq > after
          && message.length() <= options.maxMessageBytes()) {
        ChannelLog source = channels.computeIfAbsent(channel, this::channel);
        LogEntry entry = new LogEntry(epoch, seq, now, source, message);
        entries.add(entry);
        bytes += entry.held;
      }
    } catch (MillraceException notAppended) {
      // It was not appended when it first came, either.
    }
  }

  private ChannelLog channel(String name) {
    ChannelPattern pattern = ChannelPattern.of(name);
    SlowPolicy slow = options.slowPolicyOf(pattern);
    ChannelLog created = new ChannelLog(pattern, HistoryOptions.NONE, slow, NO_PATTERNS);
    bytes += created.held();
    return created;
  }

  private static long written(BrokerRecord record, Message message) {
    return record.written().or(message::time).orElse(Instant.EPOCH).toEpochMilli();
  }

  private void complete(ArchiveBlock block) {
    running = false;
    records.ifPresent(BrokerRecords::pause);
    entries.clear();
    channels.clear(); // Not kept: a log may have very many.
    bytes = 0;
    count = 0;
    after = block.through();
    listener.completed(this, block);
  }

  private void fail(Throwable cause) {
    if (!closed) {
      close();
      listener.failed(this, cause);
    }
  }

  void close() {
    closed = true;
    running = false;
    records.ifPresent(BrokerRecords::close);
  }
}

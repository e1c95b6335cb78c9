package io.millrace.core;

import io.millrace.MillraceOptions;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Decides what leaves the ring and the histories. Guarded by the log's lock. */
final class Retention {

  /** How many channels one sweep looks at; the next goes on from there. */
  private static final int CHANNELS_PER_SWEEP = 10_000;

  private final long ringBytes;
  private final long ringAge;
  private final long historyBytes;
  private final LogQueue<LogItem> ring;
  private final Consumer<ChannelLog> emptied;

  /** The channels that have a history, by the sequence of its oldest entry. */
  private final TreeMap<Long, ChannelLog> histories = new TreeMap<>();

  /** Of the channels that have a history with all of that, and of those that have only the ring. */
  private long heldByHistories;

  private long heldByRingChannels;
  private long evictedThrough;
  private long sweptThrough;

  /**
   * A retention.
   *
   * @param options the bounds
   * @param ring what it shortens
   * @param emptied told of each channel of which nothing is held any more
   */
  Retention(MillraceOptions options, LogQueue<LogItem> ring, Consumer<ChannelLog> emptied) {
    this.ringBytes = options.ringBytes();
    this.ringAge = options.ringAge().toMillis();
    this.historyBytes = options.historyBytes();
    this.ring = ring;
    this.emptied = emptied;
  }

  /** Returns the sequence of the newest item that has left the ring. */
  long evictedThrough() {
    return evictedThrough;
  }

  long heldBytes() {
    return heldByRing() + heldByHistories;
  }

  private long heldByRing() {
    return ring.bytes() + heldByRingChannels;
  }

  /** Counts a channel whose first entry was added. */
  void added(ChannelLog channel) {
    if (channel.entries.size() == 1) {
      heldByRingChannels += channel.held;
    }
  }

  /** Forgets everything: the ring and the histories have been emptied. */
  void clear() {
    histories.clear();
    heldByHistories = 0;
    heldByRingChannels = 0;
    evictedThrough = 0;
    sweptThrough = 0;
  }

  /** Enforces every bound but the age of histories. */
  void enforce(long now) {
    do {
      shortenRing(now);
      while (heldByHistories > historyBytes) {
        dropOldest(histories.firstEntry().getValue());
      }
      // A channel that lost its history counts with the ring.
    } while (heldByRing() > ringBytes);
  }

  private void shortenRing(long now) {
    while (!ring.isEmpty()
        && (heldByRing() > ringBytes || now - ring.first().appendedAt > ringAge)) {
      LogItem item = ring.removeFirst();
      evictedThrough = item.seq;
      if (item instanceof LogEntry entry) {
        ChannelLog channel = entry.source;
        if (channel.historyCount == 0) {
          histories.put(entry.seq, channel);
          heldByRingChannels -= channel.held;
          heldByHistories += channel.held;
        }
        channel.leftRing(entry);
        heldByHistories += entry.held;
        trim(channel, now);
      }
    }
  }

  /** Enforces every bound, the age of histories for some channels at a time. */
  void sweep(long now) {
    enforce(now);
    var next = histories.higherEntry(sweptThrough);
    for (int i = 0; i < CHANNELS_PER_SWEEP && next != null; i++) {
      sweptThrough = next.getKey();
      trim(next.getValue(), now);
      next = histories.higherEntry(sweptThrough);
    }
    if (next == null) {
      sweptThrough = 0;
    }
    enforce(now);
  }

  private void trim(ChannelLog channel, long now) {
    while (channel.exceedsHistory(now)) {
      dropOldest(channel);
    }
  }

  private void dropOldest(ChannelLog channel) {
    LogEntry dropped = channel.dropOldest();
    heldByHistories -= dropped.held;
    histories.remove(dropped.seq);
    if (channel.historyCount > 0) {
      histories.put(channel.entries.first().seq, channel);
      return;
    }
    heldByHistories -= channel.held;
    if (channel.entries.isEmpty()) {
      emptied.accept(channel);
    } else {
      heldByRingChannels += channel.held;
    }
  }
}

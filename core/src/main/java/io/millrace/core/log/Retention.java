package io.millrace.core.log;

import io.millrace.MillraceOptions;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Decides what leaves the ring and the histories. Guarded by the log's lock. */
final class Retention {

  /** How many channels are examined at once, because nobody can append meanwhile. */
  private static final int CHANNELS_AT_ONCE = 256;

  /** How many items are dropped at once because they are too old. */
  private static final int OLD_AT_ONCE = 1024;

  private final long ringBytes;
  private final long ringAge;
  private final long historyBytes;
  private final LogQueue<LogItem> ring;
  private final Consumer<ChannelLog> emptied;

  /** The channels that have a history, by the sequence number of its oldest entry. */
  private final TreeMap<Long, ChannelLog> histories = new TreeMap<>();

  private final Past past = new Past();

  /**
   * The bytes of channels that have a history, including it, and of those that are only in the
   * ring.
   */
  private long heldByHistories;

  private long heldByRingChannels;
  private long evictedThrough;
  private long sweptThrough;

  /** How many more items may be dropped this time because they are too old. */
  private int left;

  /**
   * Makes a retention.
   *
   * @param options the bounds
   * @param ring the ring that it shortens
   * @param emptied receives each channel of which nothing is held any more
   */
  Retention(MillraceOptions options, LogQueue<LogItem> ring, Consumer<ChannelLog> emptied) {
    this.ringBytes = options.ringBytes();
    this.ringAge = options.ringAge().toMillis();
    this.historyBytes = options.historyBytes();
    this.ring = ring;
    this.emptied = emptied;
  }

  /** Returns the sequence number of the newest item that has left the ring. */
  long evictedThrough() {
    return evictedThrough;
  }

  /** Returns what is held only as history. */
  Past past() {
    return past;
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
      heldByRingChannels += channel.held();
    }
  }

  /** Forgets everything: the ring and the histories have been emptied. */
  void clear() {
    histories.clear();
    past.clear();
    heldByHistories = 0;
    heldByRingChannels = 0;
    evictedThrough = 0;
    sweptThrough = 0;
  }

  /**
   * Enforces every bound except the age of histories; enforces the age of the ring some items at a
   * time.
   */
  void enforce(long now) {
    left = OLD_AT_ONCE;
    enforceWhatIsLeft(now);
  }

  private void enforceWhatIsLeft(long now) {
    do {
      shortenRing(now);
      while (heldByHistories > historyBytes) {
        dropOldest(histories.firstEntry().getValue());
      }
      // A channel that has lost its history counts with the ring.
    } while (heldByRing() > ringBytes);
  }

  private void shortenRing(long now) {
    while (!ring.isEmpty()
        && (heldByRing() > ringBytes || (left > 0 && now - ring.first().appendedAt > ringAge))) {
      left--;
      LogItem item = ring.removeFirst();
      evictedThrough = item.seq;
      if (item instanceof LogEntry entry) {
        ChannelLog channel = entry.source;
        if (channel.historyCount == 0) {
          histories.put(entry.seq, channel);
          heldByRingChannels -= channel.held();
          heldByHistories += channel.held();
        }
        channel.leftRing(entry);
        heldByHistories += entry.held;
        past.add(entry);
        trim(channel, now);
      }
    }
  }

  /**
   * Enforces every bound, the age only for some channels and items. The next call continues from
   * there.
   *
   * @return whether there may be more items that are too old
   */
  boolean sweep(long now) {
    enforce(now);
    boolean more = trimSome(now);
    enforceWhatIsLeft(now);
    return more;
  }

  private boolean trimSome(long now) {
    for (int i = 0; i < CHANNELS_AT_ONCE && left > 0; i++) {
      var next = histories.higherEntry(sweptThrough);
      if (next == null) {
        sweptThrough = 0;
        return false;
      }
      sweptThrough = next.getKey();
      trim(next.getValue(), now);
    }
    return true;
  }

  private void trim(ChannelLog channel, long now) {
    while (channel.exceedsHistory() || (left > 0 && channel.hasTooOld(now))) {
      left--;
      dropOldest(channel);
    }
  }

  private void dropOldest(ChannelLog channel) {
    int before = channel.held();
    LogEntry dropped = channel.dropOldest();
    heldByHistories += channel.held() - before - dropped.held;
    past.remove(dropped);
    histories.remove(dropped.seq);
    if (channel.historyCount > 0) {
      histories.put(channel.entries.first().seq, channel);
      return;
    }
    heldByHistories -= channel.held();
    if (channel.entries.isEmpty()) {
      emptied.accept(channel);
    } else {
      heldByRingChannels += channel.held();
    }
  }
}

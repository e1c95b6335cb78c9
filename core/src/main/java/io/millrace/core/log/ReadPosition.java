package io.millrace.core.log;

import io.millrace.ChannelPattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Where a reader has got to with one of its subscriptions, besides its cursor, which all of them
 * share. The log makes it when the reader attaches. From then on it is owned by the reader's event
 * loop.
 *
 * <p>An example. The reader's cursor is 10: everything for it up to there has been written. This
 * subscription starts after 12, because the client added it later. The node heard its messages from
 * 15 on, because only then did the broker confirm the node's own subscription. Losses up to 20 have
 * been told, or are none for this client.
 *
 * <ul>
 *   <li>Delivered is what the log holds from 13 on. It does not matter what was heard or told.
 *   <li>No gap is due, because everything that may be missing is at or before 20. As soon as 21 is
 *       lost, a gap is due; when it is taken, losses up to 21 have been told.
 *   <li>If nothing had been told, a gap would be due for what came after 12 and was not heard.
 *   <li>When the cursor reaches 12, nothing here starts any later: the reader may become live. When
 *       it reaches 20, the reader receives exactly what every other reader receives from there on.
 * </ul>
 */
public final class ReadPosition {

  private final LogSource source;
  private EventFilter filter;

  /** Nothing at or before this is delivered, except what {@code last} replays. */
  private long startsAfter;

  /** Before this, the broker brought nothing for it. */
  private long heardFrom;

  /** Losses at or before this have been told, or do not concern this subscription. */
  private long toldThrough;

  /** A channel of which {@code last} replays something, and where that starts. */
  private record Replayed(ChannelLog channel, long startsAfter) {}

  /**
   * The channels of which {@code last} replays something, until all of that has been read. By name,
   * because what is read back from the broker has its own channel objects, and so has a channel
   * that was forgotten and came back.
   */
  private Map<String, Replayed> replayed = Map.of();

  private boolean replayLossTold;

  /** A place up to which the channel's messages were counted; negative if there is none. */
  private long countedThrough = -1;

  /** How many messages the channel had had there. */
  private int counted;

  /**
   * Makes a position that does not start anywhere yet.
   *
   * @param source what is read; from attach to detach, the log counts this reader there
   * @param filter which events are wanted
   * @param heardFrom from where on the broker brings its messages
   */
  ReadPosition(LogSource source, EventFilter filter, long heardFrom) {
    this.source = source;
    this.filter = filter;
    this.heardFrom = heardFrom;
  }

  /** Returns the texts of what is subscribed. */
  public static List<String> names(Collection<ReadPosition> positions) {
    return positions.stream().map(position -> position.pattern().toString()).toList();
  }

  /** Returns what is subscribed, without the events. */
  public static List<ChannelPattern> patterns(Collection<ReadPosition> positions) {
    List<ChannelPattern> patterns = new ArrayList<>(positions.size());
    for (ReadPosition position : positions) {
      patterns.add(position.pattern());
    }
    return patterns;
  }

  /** Returns what is subscribed. */
  public ReaderSubscription subscription() {
    return new ReaderSubscription(pattern(), filter);
  }

  /** Returns the channel or pattern: the source's, so that its text is held only once. */
  public ChannelPattern pattern() {
    return source.pattern();
  }

  /** Returns which events are wanted. */
  public EventFilter filter() {
    return filter;
  }

  LogSource source() {
    return source;
  }

  /** Delivers nothing at or before a place, except what is replayed. */
  void startAfter(long seq) {
    startsAfter = seq;
  }

  /** Delivers what comes after an earlier place in one of the channels, as {@code last} asks. */
  void replayAfter(ChannelLog channel, long seq) {
    if (replayed.isEmpty()) {
      replayed = new HashMap<>();
    }
    replayed.put(channel.text(), new Replayed(channel, seq));
  }

  /** Counts losses at or before a place as told. */
  void tellThrough(long seq) {
    toldThrough = seq;
  }

  /** Wants other events from here on. */
  public void refilter(EventFilter other) {
    filter = other;
  }

  /** Forgets every place, because another log has taken the place of the first. */
  public void startOver() {
    startsAfter = 0;
    heardFrom = 0;
    toldThrough = 0;
    countedThrough = -1;
    replayed = Map.of();
  }

  /**
   * Remembers how many messages the channel has had up to where a reader at a cursor is, so that it
   * is known how many are missed if some are lost before they are read. Called under the log's
   * lock.
   */
  void count(long cursor) {
    long place = accounted(cursor);
    if (source instanceof ChannelLog channel
        && channel.dropped().newest() <= place
        && (toldThrough <= cursor || toldThrough == channel.dropped().newest())) {
      countedThrough = place;
      counted = channel.count(place);
    }
  }

  /**
   * Returns how many messages a reader at a cursor has missed because the log has dropped them;
   * empty if there are none, or if that is not known exactly. Called under the log's lock.
   */
  OptionalLong missed(long cursor) {
    long place = accounted(cursor);
    boolean exact = replayed.isEmpty() && filter.events().isEmpty() && heardFrom <= place;
    if (!exact
        || !(source instanceof ChannelLog channel)
        || channel.keepsNewest()
        || channel.dropped().newest() <= place
        || channel.dropped().newest() < channel.mark()) {
      return OptionalLong.empty();
    }
    Dropped dropped = channel.dropped();
    if (countedThrough == place) {
      return OptionalLong.of(Integer.toUnsignedLong(dropped.count() - counted));
    }
    return toldThrough > cursor ? OptionalLong.empty() : dropped.countAfter(place);
  }

  /** Returns after which place one of the channels is delivered. */
  long startsAfter(ChannelLog channel) {
    Replayed start = replayed.isEmpty() ? null : replayed.get(channel.text());
    return start == null ? startsAfter : start.startsAfter;
  }

  /** Returns whether an entry is delivered only because {@code last} asks for it. */
  boolean replays(LogEntry entry) {
    return entry.seq <= startsAfter;
  }

  boolean wants(LogEntry entry) {
    return entry.seq > startsAfter(entry.source) && filter.accepts(entry.message());
  }

  /** Takes the loss that must be told to a reader at a cursor. Returns whether there is one. */
  boolean takeLoss(long cursor) {
    boolean replayLost = isReplayLost(cursor);
    long loss = Math.max(source.mark(), heardFrom);
    if (!replayLost && loss <= accounted(cursor)) {
      return false;
    }
    replayLossTold = true;
    toldThrough = Math.max(toldThrough, loss);
    return true;
  }

  /** Returns whether the broker interrupted it after what is accounted for. */
  boolean isInterrupted(long cursor) {
    return source.interruptedAfter(accounted(cursor));
  }

  /**
   * Returns whether something that {@code last} should replay is lost, and this was not told yet.
   */
  boolean isReplayLost(long cursor) {
    return !replayLossTold && hasLostReplayed(cursor);
  }

  private boolean hasLostReplayed(long cursor) {
    for (Replayed start : replayed.values()) {
      if (start.channel.dropped().newest() > Math.max(cursor, start.startsAfter)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns up to where the log does not hold everything that a reader at a cursor reads; zero if
   * it does.
   */
  long missing(long cursor) {
    long loss = source.mark();
    return loss > accounted(cursor) ? loss : 0;
  }

  /** Returns up to where no loss matters to a reader at a cursor, except of what is replayed. */
  private long accounted(long cursor) {
    return Math.max(cursor, Math.max(toldThrough, startsAfter));
  }

  /**
   * Returns whether a reader at a cursor is past every start, so that only ordinary reading is
   * left. Forgets what was replayed as soon as no loss of it can matter.
   */
  public boolean settle(long cursor) {
    if (startsAfter > cursor) {
      return false;
    }
    for (Replayed start : replayed.values()) {
      if (start.startsAfter > cursor) {
        return false;
      }
    }
    if (cursor >= toldThrough) {
      replayed = Map.of();
    }
    return true;
  }

  /**
   * Returns whether a reader at a cursor has settled, and has no losses to be told that others at
   * that cursor do not have.
   */
  public boolean isCommonAfter(long cursor) {
    return toldThrough <= cursor && heardFrom <= cursor && settle(cursor);
  }
}

package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import java.util.Collection;
import java.util.Optional;

/**
 * How many bytes of the heap things take. The numbers are the sizes of the named objects in a class
 * histogram of Java 17 with compressed references, so for heaps below 32 GiB; {@code HeldBytesTest}
 * compares them with the growth of a heap.
 */
public final class Footprint {

  /**
   * An entry without its payload: the LogEntry 48, its Message 40, the payload's array 16 and up to
   * 7 of padding; its slots in the ring's and the channel's queues, 4 each in arrays that are half
   * empty.
   */
  static final int ENTRY = 128;

  /**
   * A channel without its name: the ChannelLog 72, its LogQueue 32 with an array of 4 slots 32, the
   * list of patterns 24, the ChannelPattern 24; its places in the map of channels 40 and, once it
   * has a history, in the tree of histories 64.
   */
  static final int CHANNEL = 288;

  /** What a channel has dropped: the Dropped 48, with an array 16 and its bytes. */
  static final int DROPPED = 64 + Dropped.BYTES;

  /** An entry that is the newest of what it reports: the Reported 24, its place in a map 48. */
  static final int NEWEST = 72;

  /**
   * A key in the KeyTable: two digests 72 each, the Known 32, its place in the map 48; the promise
   * 32 with the Publication and its name 110.
   */
  public static final int KEY = 368;

  /** One in ArrivedKeys: two digests in one text 104, the Known 32, its place in the map 48. */
  static final int ARRIVED_KEY = 184;

  /** One in RecordKeys: two digests 72 each, the Known 40, its place in the map 48. */
  static final int RECORD_KEY = 232;

  /** A publish that waits, without its message: futures, timers, the name of its channel. */
  private static final int UNANSWERED = 1 << 10;

  /** An interruption: itself 40, its two collections, its slot. */
  private static final int INTERRUPTION = 96;

  /**
   * A name or pattern that an interruption concerns: its slot in a set that is half empty, the
   * ChannelPattern.
   */
  private static final int CONCERNED = 32;

  /** A String 24, the array of its characters 16 and some padding. */
  private static final int STRING = 44;

  /** The object in which a message has its key and the like. */
  private static final int DETAILS = 32;

  /** The Optional in which it has each of them. */
  private static final int OPTIONAL = 16;

  /** A subscription of a reader: the ReadPosition 64, its slot in a list. */
  public static final int SUBSCRIPTION = 72;

  /**
   * A pattern in use, without its text: the PatternLog 40, the ChannelPattern 24, its place in the
   * map 40; a node or two of the tree of patterns, each with a map 170, and a set of one 140.
   */
  private static final int PATTERN = 400;

  /**
   * An audience without its subscriptions: itself 72, its lists 150, its key 24 with the set and
   * its table 140, its places in two maps 80, the count of readers that are alike 16.
   */
  private static final int AUDIENCE = 480;

  /**
   * A name of an audience: its ReaderSubscription 24 with a place in a set 42, its Route 24 with a
   * list of one filter 24, a list of routes 48 and its place in the map 40.
   */
  private static final int AUDIENCE_NAME = 200;

  /** A pattern of an audience: the same, with nodes of a tree and sets instead of the map. */
  private static final int AUDIENCE_PATTERN = 540;

  /**
   * A subscription at the broker: the BrokerSubscription 56, its future 120, its place in a map 40.
   */
  private static final int BROKER_SUBSCRIPTION = 216;

  /**
   * A name or pattern that a client left, without its text: the ChannelPattern 24, its place in a
   * set 48.
   */
  private static final int LEFT = 72;

  /** The map of the replayed channels of a subscription, and its table. */
  private static final int REPLAYING = 128;

  /** A channel in that map: the Replayed 24, its place in the map 40. */
  private static final int REPLAYED = 64;

  /** A filter without its events: itself, its count, its set with a table. */
  private static final int FILTER = 240;

  /** An event of a filter, without its name: its place in the set. */
  private static final int FILTERED = 48;

  private Footprint() {}

  /** What the log keeps for a name or pattern that is read. */
  static int source(ChannelPattern pattern) {
    return pattern.isName() ? CHANNEL + text(pattern) : PATTERN + text(pattern);
  }

  /** What a shard keeps for readers that are alike. */
  public static long audience(Collection<ChannelPattern> patterns) {
    long bytes = AUDIENCE;
    for (ChannelPattern pattern : patterns) {
      bytes += audience(pattern);
    }
    return bytes;
  }

  private static int audience(ChannelPattern pattern) {
    return pattern.isName() ? AUDIENCE_NAME : AUDIENCE_PATTERN;
  }

  /** What the node keeps for a subscription at its broker. */
  public static int brokerSubscription(ChannelPattern pattern) {
    return BROKER_SUBSCRIPTION + (pattern.isName() ? 0 : PATTERN) + text(pattern);
  }

  /** What is remembered about a name or pattern that a client left. */
  public static int left(ChannelPattern pattern) {
    return LEFT + text(pattern);
  }

  /** What subscriptions take if no other client has any of them. */
  public static long own(Collection<ChannelPattern> patterns, EventFilter filter) {
    long bytes = AUDIENCE + filter.footprint();
    for (ChannelPattern pattern : patterns) {
      bytes += SUBSCRIPTION + source(pattern) + audience(pattern);
    }
    return bytes;
  }

  /** What is remembered about each channel that {@code last} replays, until it has been read. */
  public static long replays(Collection<ChannelPattern> patterns, int last) {
    boolean wide = patterns.stream().anyMatch(pattern -> !pattern.isName());
    int channels = wide ? StartPositions.MOST_REPLAYED : patterns.size();
    return last == 0 ? 0 : (long) REPLAYING * patterns.size() + (long) REPLAYED * channels;
  }

  static long filter(Collection<String> events) {
    long bytes = FILTER;
    for (String event : events) {
      bytes += FILTERED + string(event);
    }
    return bytes;
  }

  private static int text(ChannelPattern pattern) {
    return STRING + pattern.toString().length(); // No character is beyond Latin-1.
  }

  static int entry(Message message) {
    String event = message.event();
    int ofEvent = event.equals(Message.DEFAULT_EVENT) ? 0 : string(event);
    return ENTRY + message.length() + ofEvent + details(message);
  }

  private static int details(Message message) {
    int bytes =
        optional(message.key())
            + optional(message.from())
            + optional(message.except())
            + optional(message.replaces());
    return bytes == 0 ? 0 : DETAILS + bytes;
  }

  private static int optional(Optional<String> text) {
    return text.isEmpty() ? 0 : OPTIONAL + string(text.get());
  }

  /** A message that a client has published and the broker has not answered. */
  public static int unanswered(Message message) {
    return UNANSWERED + entry(message);
  }

  static int channel(String name) {
    return CHANNEL + string(name);
  }

  static int interruption(Collection<ChannelPattern> concerned) {
    int bytes = INTERRUPTION;
    for (ChannelPattern pattern : concerned) {
      bytes += CONCERNED + string(pattern.toString());
    }
    return bytes;
  }

  /** One byte for each character, or two if there is one beyond Latin-1. */
  private static int string(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) > 0xff) {
        return STRING + 2 * length;
      }
    }
    return STRING + length;
  }
}

package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import java.util.Collection;

/**
 * How many bytes of the heap things take. The numbers are the sizes of the objects named, as a
 * class histogram of Java 17 shows them with compressed references, so for heaps below 32 GiB;
 * {@code HeldBytesTest} compares them with what a heap grows by.
 */
final class Footprint {

  /**
   * An entry besides its payload: the LogEntry 48, its Message 40, the payload's array 16 and up to
   * 7 of padding; its slots in the ring's and the channel's queues, 4 each in arrays that are half
   * empty.
   */
  static final int ENTRY = 128;

  /**
   * A channel besides its name: the ChannelLog 72, its LogQueue 32 with an array of 4 slots 32, the
   * list of patterns 24, the ChannelPattern 24; its places in the map of channels 40 and, once it
   * has a history, in the tree of histories 64.
   */
  static final int CHANNEL = 288;

  /**
   * A key in the KeyTable: two digests 72 each, the Known 32, its place in the map 48; the promise
   * 32 with the Publication and its name 110.
   */
  static final int KEY = 368;

  /** One in ArrivedKeys: two digests in one text 104, the Known 32, its place in the map 48. */
  static final int ARRIVED_KEY = 184;

  /** One in RecordKeys: two digests 72 each, the Known 40, its place in the map 48. */
  static final int RECORD_KEY = 232;

  /** A publish that waits besides its message: futures, timers, the name of its channel. */
  private static final int UNANSWERED = 1 << 10;

  /** An interruption: itself 40, its two collections, its slot. */
  private static final int INTERRUPTION = 96;

  /** What an interruption concerns: its slot in a set that is half empty, the ChannelPattern. */
  private static final int CONCERNED = 32;

  /** A String 24, the array of its characters 16 and some padding. */
  private static final int STRING = 44;

  /** The Optional in which a message has its key. */
  private static final int OPTIONAL = 16;

  private Footprint() {}

  static int entry(Message message) {
    String event = message.event();
    int ofEvent = event.equals(Message.DEFAULT_EVENT) ? 0 : string(event);
    int ofKey = message.key().map(key -> OPTIONAL + string(key)).orElse(0);
    return ENTRY + message.length() + ofEvent + ofKey;
  }

  /** What a client has published and the broker has not answered. */
  static int unanswered(Message message) {
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

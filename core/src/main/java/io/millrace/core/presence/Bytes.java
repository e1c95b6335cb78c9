package io.millrace.core.presence;

import java.util.Collection;

/**
 * How many bytes of the heap things take, members excepted (see {@link Said#footprint}). {@code
 * PresenceBytesTest} compares them with the growth of a heap.
 */
final class Bytes {

  /** A channel that is known, without its name: the Room, its collections, its View. */
  private static final int ROOM = 900;

  /**
   * A channel that a reader is told of, without its name: the watch and its places in four maps.
   */
  private static final int WATCH = 240;

  /** A client that is present, wherever that is. */
  static final int STAY = 200;

  /** A channel on which a client is present: its place in a set. */
  static final int STAYED = 50;

  /** A request that waits for what changes on a channel: its places in a set and two lists. */
  static final int AWAITED = 64;

  /** What is remembered of a client that takes one batch after the other, without its key. */
  private static final int VISIT = 200;

  /** A channel with members on another node, without its name. */
  private static final int ELSEWHERE = 250;

  /** A name of a user, without its characters. */
  private static final int NAME = 60;

  private Bytes() {}

  static int room(String channel) {
    return ROOM + channel.length(); // No character is beyond Latin-1.
  }

  static int watch(String channel) {
    return WATCH + channel.length();
  }

  static int elsewhere(String channel) {
    return ELSEWHERE + channel.length();
  }

  static int visit(String key) {
    return VISIT + 2 * key.length();
  }

  static int names(Collection<String> users) {
    int bytes = 0;
    for (String user : users) {
      bytes += NAME + 2 * user.length();
    }
    return bytes;
  }

  /** What it takes to be present on a channel and told of it, if nobody else is. */
  static int own(String channel, boolean told) {
    return room(channel) + STAYED + (told ? watch(channel) : 0);
  }
}

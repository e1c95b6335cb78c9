package io.millrace.broker.stomp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The ids of the newest messages of a subscription. They are unique (STOMP 1.2, MESSAGE), so that
 * one which comes again is a message that comes again.
 */
final class RecentIds {

  private static final int MOST = 256;

  private final Set<String> known = new HashSet<>();
  private final Deque<String> oldestFirst = new ArrayDeque<>();

  /** Remembers an id, and forgets the oldest of too many. Returns whether it is new. */
  boolean add(String id) {
    if (!known.add(id)) {
      return false;
    }
    oldestFirst.add(id);
    if (oldestFirst.size() > MOST) {
      known.remove(oldestFirst.remove());
    }
    return true;
  }
}

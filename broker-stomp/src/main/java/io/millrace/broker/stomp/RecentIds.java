package io.millrace.broker.stomp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The ids of the newest messages of a subscription. Ids are unique (STOMP 1.2, MESSAGE), so if an
 * id arrives again, the message was delivered again.
 */
final class RecentIds {

  private static final int MOST = 256;

  private final Set<String> known = new HashSet<>();
  private final Deque<String> oldestFirst = new ArrayDeque<>();

  /** Remembers an id, and forgets the oldest if there are too many. Returns whether it is new. */
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

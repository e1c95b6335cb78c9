package io.millrace.benchmarks.chaos;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The order of the log: every message has one place, the same for every client. Safe on any thread.
 */
final class Places {

  private final Map<String, String> messages = new ConcurrentHashMap<>();
  private final Map<String, String> cursors = new ConcurrentHashMap<>();

  /**
   * Notes where a message was seen.
   *
   * @return whether it was seen at no other place, and no other message at this place
   */
  boolean agree(String cursor, String message) {
    String other = messages.putIfAbsent(cursor, message);
    String elsewhere = cursors.putIfAbsent(message, cursor);
    return (other == null || other.equals(message))
        && (elsewhere == null || elsewhere.equals(cursor));
  }
}

package io.millrace.benchmarks.chaos;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The log's one order: every message has one place, for every client. Safe on any thread. */
final class Places {

  private final Map<String, String> messages = new ConcurrentHashMap<>();
  private final Map<String, String> cursors = new ConcurrentHashMap<>();

  /**
   * Notes where a message was seen.
   *
   * @return whether it was seen nowhere else, and nothing else there
   */
  boolean agree(String cursor, String message) {
    String other = messages.putIfAbsent(cursor, message);
    String elsewhere = cursors.putIfAbsent(message, cursor);
    return (other == null || other.equals(message))
        && (elsewhere == null || elsewhere.equals(cursor));
  }
}

package io.millrace.benchmarks.control;

import java.util.List;

/** A server under test. */
public interface Peer {

  /**
   * Listens on any free port of the loopback interface.
   *
   * @return the port
   * @throws Exception if it cannot
   */
  int start() throws Exception;

  /**
   * Publishes as an application would, and returns without waiting for delivery. Called on the
   * publisher's thread, always the same.
   *
   * @param channel dots separate its segments
   * @param payload ASCII
   */
  void publish(String channel, String payload);

  /** {@return the ids of the processes that are the server; none if it is this one} */
  default List<Long> processes() {
    return List.of();
  }

  /** Ends what {@link #start} has started, as far as it does not end with this process. */
  default void stop() {}
}

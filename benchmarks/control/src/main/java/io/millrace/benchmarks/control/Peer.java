package io.millrace.benchmarks.control;

import java.util.List;

/** A server under test. */
public interface Peer {

  /** The system property that says how long a connection may be idle. */
  String IDLE = "benchmarks.idle";

  /** {@return how long a connection may be idle, in seconds; zero if there is no limit} */
  static int idleSeconds() {
    return Integer.getInteger(IDLE, 0);
  }

  /**
   * Listens on any free port of the loopback interface.
   *
   * @return the port
   * @throws Exception if it cannot
   */
  int start() throws Exception;

  /**
   * Publishes as an application would, and returns without waiting for delivery. Always called on
   * the publisher's thread.
   *
   * @param channel a name whose segments are separated by dots
   * @param payload ASCII
   */
  void publish(String channel, String payload);

  /**
   * {@return the processes whose CPU time and memory are those of the server; this one, unless it
   * starts others} Called once it has started.
   */
  default List<Long> processes() {
    return List.of(ProcessHandle.current().pid());
  }

  /** Ends whatever {@link #start} has started that does not end with this process. */
  default void stop() {}
}

package io.millrace.benchmarks.control;

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
}

package io.millrace.benchmarks.fallback;

import java.util.function.LongConsumer;

/** A server that pushes numbers to a page, on a port of its own. It can be stopped and started. */
interface Peer extends AutoCloseable {

  /** Returns the port that it listens on when it runs; always the same. */
  int port();

  /** Starts it, and waits until it listens. */
  void start();

  /** Stops it as one stops it to deploy another version, and waits until it has ended. */
  void stop();

  /**
   * Publishes a number, if it runs.
   *
   * @param published gets the number when the server has taken it
   */
  void publish(long number, LongConsumer published);

  @Override
  void close();
}

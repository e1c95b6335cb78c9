package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;

/** Reads what arrives on one connection of an attacker. Called on one event loop. */
interface AnswerReader {

  /** Takes bytes that have arrived. */
  void read(Buffer bytes);

  /** Notes that nothing more will arrive. */
  default void end() {}

  /** Returns how many answers have arrived. Safe on any thread. */
  int answered();

  /** Returns whether the connection has become a WebSocket. Safe on any thread. */
  default boolean isUpgraded() {
    return false;
  }
}

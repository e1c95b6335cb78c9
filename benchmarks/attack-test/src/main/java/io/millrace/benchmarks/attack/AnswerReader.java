package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;

/** Reads what comes on one connection of an attacker. Called on one event loop. */
interface AnswerReader {

  /** Takes what has come. */
  void read(Buffer bytes);

  /** Takes that nothing more will come. */
  default void end() {}

  /** Returns how many answers have come. Safe on any thread. */
  int answered();

  /** Returns whether the connection is a WebSocket now. Safe on any thread. */
  default boolean isUpgraded() {
    return false;
  }
}

package io.millrace.testkit;

/** The two ways through a {@link FaultProxy}. */
public enum Direction {
  /** What the client sends. */
  TO_SERVER,
  /** What the server sends. */
  TO_CLIENT
}

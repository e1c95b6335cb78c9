package io.millrace;

/** What a reader gets that is behind: it is slow, or it has come back with a cursor. */
public enum SlowPolicy {
  /**
   * It continues with what the log holds. If that is not everything, it receives a gap notice
   * first.
   */
  SKIP,
  /**
   * It gets only the newest message of each channel, or of each value that the channel's messages
   * have in {@link Message#replaces()}. What a newer message has replaced is not missed, so there
   * is no gap notice for it.
   */
  LATEST,
  /**
   * A client for which the log no longer holds everything is disconnected, to reconnect with its
   * cursor. For a client that comes back this is the same as {@link #SKIP}.
   */
  DISCONNECT
}

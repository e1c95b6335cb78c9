package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;

/** How a reader talks to a server. */
interface Protocol {

  /**
   * Makes a reader that is not connected.
   *
   * @param channel the index of the channel it subscribes to
   * @param whenReady called once when it is subscribed
   */
  Connection connection(Tally tally, int channel, Runnable whenReady);

  /** What a reader subscribes to. A protocol puts it where its paths have {@code %s}. */
  private static String at(String path, int channel) {
    return path.formatted(Plan.channel(channel));
  }

  static Protocol webSocket(String path) {
    return (tally, channel, ready) -> new WebSocketConnection(tally, ready, at(path, channel));
  }

  static Protocol envelope(String path) {
    return (tally, channel, ready) ->
        new EnvelopeConnection(tally, ready, path, Plan.channel(channel));
  }

  static Protocol eventStream(String path) {
    return (tally, channel, ready) -> new EventStreamConnection(tally, ready, at(path, channel));
  }

  static Protocol lines(String path) {
    return (tally, channel, ready) -> new LineConnection(tally, ready, at(path, channel));
  }

  static Protocol longPoll(String poll, String longPoll) {
    return (tally, channel, ready) ->
        new LongPollConnection(tally, ready, at(poll, channel), at(longPoll, channel));
  }
}

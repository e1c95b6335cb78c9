package io.millrace.benchmarks.chaos;

import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import java.time.Duration;
import java.util.List;

/**
 * How a client reads.
 *
 * @param name its name
 * @param first requests a first cursor
 * @param client requests what follows a cursor
 * @param pause how long to wait after a connection that brought messages
 * @param idle how long to wait after a connection that brought none
 */
record Technique(String name, TestClient first, TestClient client, Duration pause, Duration idle) {

  private static final Technique SSE_ENVELOPE =
      stays("sse with envelopes", TestClients.sseEnvelope());

  private static final Technique SSE = stays("sse", TestClients.ssePlain());

  private static final List<Technique> ALL =
      List.of(
          stays("websocket", TestClients.webSocket()),
          SSE,
          stays("stream", TestClients.stream()),
          // A request without a cursor would be held before it gets one.
          asks("longpoll", TestClients.longPoll(), Duration.ofMillis(20), Duration.ofMillis(20)),
          asks("poll", TestClients.poll(), Duration.ofMillis(250), Duration.ofMillis(1100)));

  /** How long to wait after a connection that could not be made. */
  static final Duration RETRY = Duration.ofMillis(200);

  private static Technique stays(String name, TestClient client) {
    return new Technique(name, client, client, Duration.ofMillis(20), Duration.ofMillis(100));
  }

  private static Technique asks(String name, TestClient client, Duration pause, Duration idle) {
    return new Technique(name, TestClients.poll(), client, pause, idle);
  }

  /**
   * The technique of the n-th client: all five equally often, and every other event stream with
   * envelopes.
   */
  static Technique of(int n) {
    Technique technique = ALL.get(n % ALL.size());
    return technique.equals(SSE) && n / ALL.size() % 2 == 1 ? SSE_ENVELOPE : technique;
  }

  @Override
  public String toString() {
    return name;
  }
}

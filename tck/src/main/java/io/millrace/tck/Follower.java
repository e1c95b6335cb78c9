package io.millrace.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A client that keeps going: it reads, and whenever its connection has ended, it connects again
 * with the last cursor that it received. It keeps every frame, including duplicates. Nothing
 * happens unless a method is called. Not safe for use by several threads.
 */
public final class Follower implements AutoCloseable {

  private static final Duration TURN = Duration.ofMillis(20);

  private final int port;
  private final TestClient client;
  private final String query;
  private final Duration patience;
  private final List<Frame> frames = new ArrayList<>();
  private Optional<String> cursor = Optional.empty();
  private Optional<Connection> connection = Optional.empty();
  private int deliveries;
  private int connections;

  /**
   * Makes a follower that has not connected yet.
   *
   * @param port where a {@link TestNode} listens
   * @param client knows how to ask
   * @param query the query, without a cursor
   * @param patience how long each wait may take
   */
  public Follower(int port, TestClient client, String query, Duration patience) {
    this.port = port;
    this.client = client;
    this.query = query;
    this.patience = patience;
  }

  /**
   * Sets where to resume at the next connect.
   *
   * @param place a cursor, or any text to send as one
   * @return this
   */
  public Follower from(String place) {
    cursor = Optional.of(place);
    return this;
  }

  /**
   * Connects, if it is not connected, and sends the request.
   *
   * @return this
   */
  public Follower connect() {
    if (connection.isEmpty()) {
      String place = cursor.map(c -> (query.isEmpty() ? "" : "&") + "cursor=" + c).orElse("");
      connection = Optional.of(Connection.open(port, client, query + place));
      connections++;
    }
    return this;
  }

  /**
   * Connects, if it is not connected, and reads once.
   *
   * @param wait how long to wait for bytes
   * @return the frames that arrived
   */
  public List<Frame> step(Duration wait) {
    return step(wait, Integer.MAX_VALUE);
  }

  /** Connects, if it is not connected, and reads once, at most {@code limit} bytes. */
  List<Frame> step(Duration wait, int limit) {
    connect();
    Connection current = connection.orElseThrow();
    List<Frame> read = current.read(wait, limit);
    for (Frame frame : read) {
      frames.add(frame);
      cursor = frame.cursor().or(() -> cursor);
      deliveries += frame instanceof Frame.Delivery ? 1 : 0;
    }
    if (current.ended()) {
      if (current.status() != 101 && current.status() / 100 != 2) {
        throw new AssertionError("Answered " + current.status() + ": " + current.body());
      }
      current.close();
      connection = Optional.empty();
    }
    return read;
  }

  /**
   * Continues until a condition holds.
   *
   * @param condition the condition
   * @param what the condition in words
   * @return this
   */
  public Follower until(Predicate<Follower> condition, String what) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.test(this)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "Not within " + patience + ": " + what + ". Received: " + summary());
      }
      step(TURN);
    }
    return this;
  }

  /**
   * Continues until enough messages have arrived.
   *
   * @param count how many messages, since the beginning
   * @return this
   */
  public Follower untilDelivered(int count) {
    return until(self -> self.deliveries >= count, count + " messages");
  }

  private String summary() {
    int from = Math.max(0, frames.size() - 20);
    return deliveries
        + " messages over "
        + connections
        + " connections, at the end "
        + frames.subList(from, frames.size());
  }

  /** Ends the connection by a TCP reset. Unread data is lost; the next step resumes. */
  public void cut() {
    connection.ifPresent(Connection::reset);
    connection = Optional.empty();
  }

  /** {@return every frame since the beginning} */
  public List<Frame> frames() {
    return List.copyOf(frames);
  }

  /** {@return every message since the beginning} */
  public List<Frame.Delivery> deliveries() {
    return frames.stream()
        .filter(Frame.Delivery.class::isInstance)
        .map(Frame.Delivery.class::cast)
        .toList();
  }

  /** {@return the payloads of all messages since the beginning, as text} */
  public List<String> texts() {
    return deliveries().stream().map(Frame.Delivery::text).toList();
  }

  /** {@return the gaps since the beginning} */
  public List<Frame.Missed> gaps() {
    return frames.stream()
        .filter(Frame.Missed.class::isInstance)
        .map(Frame.Missed.class::cast)
        .toList();
  }

  /** {@return the payload of the last message, as text; empty if none has arrived} */
  public String lastText() {
    for (int i = frames.size() - 1; i >= 0; i--) {
      if (frames.get(i) instanceof Frame.Delivery delivery) {
        return delivery.text();
      }
    }
    return "";
  }

  /** {@return the code that closed the connection, if one did} */
  public Optional<Integer> closeCode() {
    return frames.stream()
        .filter(Frame.Closed.class::isInstance)
        .map(frame -> ((Frame.Closed) frame).code())
        .findFirst();
  }

  /** {@return how many connections it has made} */
  public int connections() {
    return connections;
  }

  /** {@return the last cursor that it received, if any} */
  public Optional<String> cursor() {
    return cursor;
  }

  /** Sends a command over the current connection. */
  void send(String json) {
    connect().connection.orElseThrow().send(json);
  }

  /** Closes the connection in an orderly way. */
  @Override
  public void close() {
    connection.ifPresent(Connection::close);
    connection = Optional.empty();
  }
}

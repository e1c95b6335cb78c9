package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One request on a TCP connection of its own, and its response. Nothing is read unless a method
 * asks for it, so to test a client that does not read, call none. Not safe for use by several
 * threads.
 */
public final class Connection implements AutoCloseable {

  private final Wire wire;
  private final Codec codec;
  private final boolean head;
  private final ResponseDecoder response;
  private final Buffer body = Buffer.buffer();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private boolean ended;

  private Connection(Wire wire, Codec codec, boolean head) {
    this.wire = wire;
    this.codec = codec;
    this.head = head;
    this.response = new ResponseDecoder(head);
  }

  /**
   * Connects and sends a request; does not wait for the answer.
   *
   * @param port where a {@link TestNode} listens, on the loopback address
   * @param client knows how to ask
   * @param query the query, without {@code ?}
   * @return the connection
   */
  public static Connection open(int port, TestClient client, String query) {
    return open(port, client, "GET", TestNode.MOUNT, query, Map.of());
  }

  /**
   * Connects and sends a request; does not wait for the answer.
   *
   * @param port where a {@link TestNode} listens, on the loopback address
   * @param client knows how to ask
   * @param method the HTTP method
   * @param path the path
   * @param query the query, without {@code ?}
   * @param headers further headers; they replace the client's own of the same name
   * @return the connection
   */
  public static Connection open(
      int port,
      TestClient client,
      String method,
      String path,
      String query,
      Map<String, String> headers) {
    return open(port, client, method, path, query, headers, "");
  }

  /**
   * Connects and sends a POST with JSON as its body; does not wait for the answer.
   *
   * @param port where a {@link TestNode} listens, on the loopback address
   * @param client knows how to ask
   * @param path the path
   * @param json the body
   * @return the connection
   */
  public static Connection post(int port, TestClient client, String path, String json) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Content-Length", Integer.toString(json.getBytes(StandardCharsets.UTF_8).length));
    return open(port, client, "POST", path, "", headers, json);
  }

  private static Connection open(
      int port,
      TestClient client,
      String method,
      String path,
      String query,
      Map<String, String> headers,
      String body) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("Host", "localhost:" + port);
    // Every connection is a client of its own, even for limits that count by address.
    all.put("X-Forwarded-For", randomAddress());
    all.putAll(client.headers());
    all.putAll(headers);
    String separator = query.isEmpty() || client.query().isEmpty() ? "" : "&";
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(path);
    request.append('?').append(query).append(separator).append(client.query());
    request.append(" HTTP/1.1\r\n");
    all.forEach((name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    request.append("\r\n").append(body);
    byte[] bytes = request.toString().getBytes(StandardCharsets.UTF_8);
    Connection connection = new Connection(new Wire(port), client.codec(), method.equals("HEAD"));
    connection.wire.send(bytes);
    return connection;
  }

  private static String randomAddress() {
    int bits = ThreadLocalRandom.current().nextInt();
    return "10." + (bits & 255) + "." + (bits >> 8 & 255) + "." + (bits >> 16 & 255);
  }

  /**
   * Reads once.
   *
   * @param patience how long to wait for bytes
   * @return the frames they complete; none if there were no bytes in time
   */
  public List<Frame> read(Duration patience) {
    return read(patience, Integer.MAX_VALUE);
  }

  /** Reads once, at most {@code limit} bytes. */
  List<Frame> read(Duration patience, int limit) {
    receive(patience, limit);
    List<Frame> read = new ArrayList<>(frames);
    frames.clear();
    return read;
  }

  /**
   * Waits for one frame.
   *
   * @param patience how long to wait
   * @return the frame; empty if none arrived in time, or before the connection ended
   */
  public Optional<Frame> next(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (frames.isEmpty() && !ended && System.nanoTime() < deadline) {
      receive(Duration.ofNanos(deadline - System.nanoTime()), Integer.MAX_VALUE);
    }
    return Optional.ofNullable(frames.poll());
  }

  /**
   * Waits for the status and the headers. Any part of the body that arrives with them is kept.
   *
   * @param patience how long to wait
   * @return whether they arrived
   */
  public boolean awaitHead(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!response.hasHead() && !ended && System.nanoTime() < deadline) {
      receive(Duration.ofNanos(deadline - System.nanoTime()), 1024);
    }
    return response.hasHead();
  }

  /**
   * Waits for the end of the connection.
   *
   * @param patience how long to wait
   * @return whether it has ended
   */
  public boolean awaitEnd(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!ended && System.nanoTime() < deadline) {
      receive(Duration.ofNanos(deadline - System.nanoTime()), Integer.MAX_VALUE);
    }
    return ended;
  }

  /** {@return how many bytes of the body have arrived, including those that belong to no frame} */
  public int received() {
    return body.length();
  }

  private void receive(Duration patience, int limit) {
    if (ended) {
      return;
    }
    Optional<byte[]> bytes = wire.read(patience, limit);
    if (bytes.isEmpty()) {
      ended = true;
      return;
    }
    if (bytes.get().length == 0) {
      return;
    }
    Buffer received = response.decode(bytes.get());
    body.appendBuffer(received);
    boolean readable = response.status() / 100 == 2 || response.status() == 101;
    if (readable && received.length() > 0) {
      frames.addAll(codec.decode(received.getBytes()));
      answer();
    }
    if (response.complete()) {
      ended = true;
      if (readable && !head) {
        frames.addAll(codec.end());
      }
    }
  }

  /** Sends what the client must send by itself; the server may have closed already. */
  private void answer() {
    byte[] owed = codec.owed();
    if (owed.length > 0 && frames.stream().noneMatch(Frame.Closed.class::isInstance)) {
      try {
        wire.send(owed);
      } catch (UncheckedIOException gone) {
        // What it has sent before can still be read.
      }
    }
  }

  /**
   * Sends a command.
   *
   * @param json a JSON object, or an array of them
   */
  public void send(String json) {
    wire.send(codec.encode(json));
  }

  /** {@return the status; zero until it has arrived} */
  public int status() {
    return response.status();
  }

  /**
   * Returns a header of the response.
   *
   * @param name its name
   * @return its value, if the response has it
   */
  public Optional<String> header(String name) {
    return response.header(name);
  }

  /** {@return the part of the body that has been read} */
  public Buffer body() {
    return body.copy();
  }

  /** {@return whether nothing more will arrive, and everything that arrived has been read} */
  public boolean ended() {
    return ended && frames.isEmpty();
  }

  /** {@return whether the response came to its proper end, and was not cut off} */
  public boolean complete() {
    return response.complete();
  }

  /** Ends the connection by a TCP reset: data in flight is lost in both directions. */
  public void reset() {
    wire.reset();
    ended = true;
  }

  /** Closes the connection in an orderly way. */
  @Override
  public void close() {
    wire.close();
    ended = true;
  }
}

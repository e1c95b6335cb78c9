package io.millrace.benchmarks.attack;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** One attacker, with one address and one uplink. An attack uses it on one thread. */
final class Attacker {

  private static final String SERVER = "127.0.0.1";
  private static final int PATIENCE_SECONDS = 5;
  private static final int LATE_SECONDS = 30;
  private static final long TURN_NANOS = 1_000_000;

  /** The smallest size that the kernel allows. */
  private static final int SMALL_BUFFER = 1024;

  private final NetClient client;
  private final NetClient small;
  private final Node node;
  private final Uplink uplink;
  private volatile long deadline;
  private final Answers answers = new Answers();
  private final Collection<Line> lines = new ConcurrentLinkedQueue<>();

  /**
   * An attacker that has not begun.
   *
   * @param address its address
   * @param node the node that it attacks
   * @param megabits how much it can send in a second
   * @param time how long it attacks
   */
  Attacker(Vertx vertx, String address, Node node, double megabits, Duration time) {
    NetClientOptions options =
        new NetClientOptions()
            .setLocalAddress(address)
            .setConnectTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    client = vertx.createNetClient(options);
    small = vertx.createNetClient(new NetClientOptions(options).setReceiveBufferSize(SMALL_BUFFER));
    this.node = node;
    uplink = new Uplink(megabits);
    deadline = System.nanoTime() + time.toNanos();
  }

  /** Returns whether there is time left and the server lives. */
  boolean goesOn() {
    return System.nanoTime() - deadline < 0 && node.isAlive();
  }

  /** Ends its time. */
  void finish() {
    deadline = System.nanoTime();
  }

  Answers answers() {
    return answers;
  }

  /** Makes the server publish. */
  void feed() {
    node.feed();
  }

  /** Returns how many messages the server published on each channel. */
  int stopFeeding() throws InterruptedException {
    return node.stopFeeding();
  }

  /** Opens a connection; empty if the server accepts none. */
  Optional<Line> open(Function<Answers, AnswerReader> reader) {
    return open(client, reader.apply(answers));
  }

  /** Opens a connection with almost no buffer, for a client that does not read. */
  Optional<Line> openSmall(AnswerReader reader) {
    return open(small, reader);
  }

  private Optional<Line> open(NetClient by, AnswerReader reader) {
    try {
      var socket = by.connect(node.port(), SERVER).await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      Line line = new Line(socket, reader, answers);
      lines.add(line);
      return Optional.of(line);
    } catch (Exception refused) {
      answers.add("no connection");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PATIENCE_SECONDS));
      return Optional.empty();
    }
  }

  /** Opens a WebSocket with {@code millrace.v1}; empty if the server accepts none. */
  Optional<Line> webSocket() {
    return open(WebSocketAnswers::new).filter(this::upgrade);
  }

  private boolean upgrade(Line line) {
    send(line, Requests.upgrade(Requests.MOUNT));
    await(() -> line.isUpgraded() || !line.isOpen());
    return line.isUpgraded() && line.isOpen();
  }

  /**
   * Sends as fast as the uplink and the server allow.
   *
   * @return whether there was time for it
   */
  boolean send(Line line, Buffer bytes) {
    await(() -> !line.socket().writeQueueFull() || !line.isOpen());
    if (!goesOn() || !line.isOpen()) {
      return false;
    }
    uplink.pass(bytes.length());
    line.socket().write(bytes);
    return true;
  }

  /** Waits for outstanding answers when there is no time left. */
  void awaitLate(BooleanSupplier condition) {
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(LATE_SECONDS);
    while (node.isAlive() && System.nanoTime() < patience && !condition.getAsBoolean()) {
      rest();
    }
  }

  /** Waits for a condition, while there is time. */
  void await(BooleanSupplier condition) {
    while (goesOn() && !condition.getAsBoolean()) {
      rest();
    }
  }

  /** Waits for a moment. */
  void rest() {
    LockSupport.parkNanos(TURN_NANOS);
  }

  long sentBytes() {
    return uplink.sent();
  }

  /** Returns how many connections are open. */
  long open() {
    return lines.stream().filter(Line::isOpen).count();
  }

  /** Reads everything that it had not read. */
  void readOn() {
    lines.forEach(Line::readOn);
  }

  /** Ends all connections. */
  void leave() {
    lines.forEach(Line::close);
    client.close();
    small.close();
  }
}

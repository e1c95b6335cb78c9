package io.millrace.testkit;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One connection through a {@link FaultProxy}. Safe on any thread. */
final class Wire {

  private static final int DIRECTIONS = 2;

  private final Socket near;
  private final Socket far;
  private final Conditions conditions;
  private final Consumer<Wire> onClosed;
  private final long openedNanos = System.nanoTime();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicInteger ended = new AtomicInteger();
  private volatile long touchedNanos = openedNanos;
  private volatile boolean dead;
  private volatile List<Future<?>> tasks = List.of();

  Wire(Socket near, Socket far, Conditions conditions, Consumer<Wire> onClosed) {
    this.near = near;
    this.far = far;
    this.conditions = conditions;
    this.onClosed = onClosed;
  }

  /** Carries bytes from now on. To open a connection over a network takes a round trip, too. */
  void start(ExecutorService threads, AtomicLong toServer, AtomicLong toClient) {
    long open = openedNanos + 2 * conditions.latencyNanos();
    long first = open + conditions.latencyNanos();
    Lane up = new Lane(this, Direction.TO_SERVER, near, far, conditions, toServer, first);
    Lane down = new Lane(this, Direction.TO_CLIENT, far, near, conditions, toClient, open);
    tasks =
        Stream.<Runnable>of(up::read, up::write, down::read, down::write)
            .<Future<?>>map(threads::submit)
            .toList();
  }

  /** Bytes have passed, so it is not idle. */
  void touch() {
    touchedNanos = System.nanoTime();
  }

  /** Returns whether it is time to close it: it was idle, or open, for too long. */
  boolean isOver(long nowNanos) {
    return nowNanos - touchedNanos > conditions.idleNanos()
        || nowNanos - openedNanos > conditions.lifetimeNanos();
  }

  /** Returns whether nothing will ever pass again, while both ends believe it open. */
  boolean isDead() {
    return dead;
  }

  /** Lets nothing pass any more, not even an end. */
  void kill() {
    dead = true;
  }

  /** The server loses its end; the client does not learn of it. */
  void halve() {
    dead = true;
    quietly(far::close);
  }

  /** One direction has ended. When both have, nothing is left. */
  void ended() {
    if (ended.incrementAndGet() == DIRECTIONS) {
      close();
    }
  }

  /** Ends both connections, in order. */
  void close() {
    end(Socket::close);
  }

  /** Ends both connections with a reset. */
  void reset() {
    end(Wire::resetAndClose);
  }

  /** The first end counts: its own threads see the sockets fail, and would reset the other one. */
  private void end(Ending ending) {
    if (closed.compareAndSet(false, true)) {
      quietly(() -> ending.end(near));
      quietly(() -> ending.end(far));
      tasks.forEach(task -> task.cancel(true));
      onClosed.accept(this);
    }
  }

  static void resetAndClose(Socket socket) {
    quietly(() -> socket.setSoLinger(true, 0));
    quietly(socket::close);
  }

  private interface Ending {
    void end(Socket socket) throws IOException;
  }

  private interface Closing {
    void run() throws IOException;
  }

  private static void quietly(Closing closing) {
    try {
      closing.run();
    } catch (IOException closed) {
      // It was closed before.
    }
  }
}

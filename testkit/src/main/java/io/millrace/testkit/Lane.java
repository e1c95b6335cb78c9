package io.millrace.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One direction of a {@link Wire}: a thread reads, and another one writes what has travelled for
 * long enough. At most {@value #MOST_PARCELS} reads are on the way; then the sender has to wait.
 */
final class Lane {

  private static final int BUFFER_BYTES = 16 << 10;
  private static final int MOST_PARCELS = 256;

  /** So that the receiver reads slices one by one. */
  private static final long BETWEEN_SLICES_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private enum Kind {
    BYTES,
    END,
    RESET
  }

  private static final class Parcel {

    private final Kind kind;
    private final byte[] bytes;
    private final long dueNanos;

    Parcel(Kind kind, byte[] bytes, long dueNanos) {
      this.kind = kind;
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }
  }

  private final Wire wire;
  private final Direction direction;
  private final Socket from;
  private final Socket to;
  private final Conditions conditions;
  private final AtomicLong passed;
  private final long firstDueNanos;
  private final BlockingQueue<Parcel> parcels = new LinkedBlockingQueue<>(MOST_PARCELS);

  /**
   * @param passed counts bytes
   * @param firstDueNanos no byte arrives before this time
   */
  Lane(
      Wire wire,
      Direction direction,
      Socket from,
      Socket to,
      Conditions conditions,
      AtomicLong passed,
      long firstDueNanos) {
    this.wire = wire;
    this.direction = direction;
    this.from = from;
    this.to = to;
    this.conditions = conditions;
    this.passed = passed;
    this.firstDueNanos = firstDueNanos;
  }

  /** Reads until the sender ends. */
  void read() {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      Kind last = Kind.END;
      try {
        InputStream in = from.getInputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          wire.touch();
          put(Kind.BYTES, Arrays.copyOf(buffer, read));
        }
      } catch (IOException reset) {
        last = Kind.RESET;
      }
      put(last, new byte[0]);
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void put(Kind kind, byte[] bytes) throws InterruptedException {
    long due = Math.max(System.nanoTime() + conditions.latencyNanos(), firstDueNanos);
    parcels.put(new Parcel(kind, bytes, due));
  }

  /** Writes until the sender has ended. */
  void write() {
    try {
      while (true) {
        Parcel parcel = parcels.take();
        TimeUnit.NANOSECONDS.sleep(parcel.dueNanos - System.nanoTime());
        conditions.awaitPassable(direction, wire::isDead);
        if (parcel.kind == Kind.RESET) {
          wire.reset();
          return;
        } else if (parcel.kind == Kind.END) {
          to.shutdownOutput();
          wire.ended();
          return;
        }
        deliver(parcel.bytes);
      }
    } catch (IOException gone) {
      wire.reset();
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver(byte[] bytes) throws IOException, InterruptedException {
    OutputStream out = to.getOutputStream();
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(conditions.mostAtOnce(), bytes.length - at);
      passed.addAndGet(length); // First, so that whoever has received them sees that they passed.
      out.write(bytes, at, length);
      at += length;
      long pause = length * conditions.nanosPerByte();
      TimeUnit.NANOSECONDS.sleep(at < bytes.length ? Math.max(pause, BETWEEN_SLICES_NANOS) : pause);
    }
  }
}

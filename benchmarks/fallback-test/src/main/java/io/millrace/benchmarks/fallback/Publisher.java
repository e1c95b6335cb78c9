package io.millrace.benchmarks.fallback;

import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Publishes 1, 2, 3 and so on, at a rate, and remembers what the server has taken. */
final class Publisher implements AutoCloseable {

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong next = new AtomicLong(1);
  private final Set<Long> published = new ConcurrentSkipListSet<>();
  private final ScheduledFuture<?> ticks;
  private volatile boolean paused;

  Publisher(Peer peer, int rate) {
    long pause = TimeUnit.SECONDS.toNanos(1) / rate;
    ticks =
        thread.scheduleAtFixedRate(
            () -> {
              if (!paused) {
                peer.publish(next.getAndIncrement(), published::add);
              }
            },
            pause,
            pause,
            TimeUnit.NANOSECONDS);
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
  }

  /** Returns the numbers that the server has taken. */
  NavigableSet<Long> published() {
    return new TreeSet<>(published);
  }

  @Override
  public void close() {
    ticks.cancel(false);
    thread.shutdownNow();
  }
}

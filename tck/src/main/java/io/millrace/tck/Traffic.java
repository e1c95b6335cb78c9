package io.millrace.tck;

import io.millrace.Message;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes numbers on its own thread, in small bursts of random size, until it is closed. */
final class Traffic implements AutoCloseable {

  private static final int BURST = 8;

  private final TestNode node;
  private final List<String> channels;
  private final int limit;
  private final AtomicInteger published = new AtomicInteger();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

  /** Publishes to these channels, each time to a random one, until the limit is reached. */
  Traffic(TestNode node, int limit, String... channels) {
    this.node = node;
    this.channels = List.of(channels);
    this.limit = limit;
  }

  void start() {
    var unused = thread.scheduleAtFixedRate(this::burst, 0, 1, TimeUnit.MILLISECONDS);
  }

  private void burst() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = random.nextInt(BURST); i > 0 && published.get() < limit; i--) {
      String channel = channels.get(random.nextInt(channels.size()));
      node.publish(channel, Message.json(published.getAndIncrement()));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new AssertionError("A publish hangs.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

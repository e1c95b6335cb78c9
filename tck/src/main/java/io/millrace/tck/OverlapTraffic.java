package io.millrace.tck;

import static io.millrace.tck.Patience.await;

import io.millrace.ChannelPattern;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.Subscriber;
import io.millrace.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * Publishes numbers to one channel without a pause, while readers of names and patterns come and go
 * on another node.
 */
final class OverlapTraffic implements AutoCloseable {

  private static final int UNCONFIRMED = 32;
  private static final int A_WHILE = 100;
  private static final long GAP = -1;

  private final Millrace reading;
  private final Millrace publishing;
  private final Duration patience;
  private final Semaphore window = new Semaphore(UNCONFIRMED);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  OverlapTraffic(Millrace reading, Millrace publishing, String channel, Duration patience) {
    this.reading = reading;
    this.publishing = publishing;
    this.patience = patience;
    thread.execute(() -> publish(channel));
  }

  private void publish(String channel) {
    try {
      for (long number = 0; true; number++) {
        window.acquire();
        publishing
            .channel(channel)
            .publish(Message.json(number))
            .onComplete(done -> window.release());
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** The messages that one subscription received, from its confirmation until it was left. */
  final class Reader implements Subscriber {

    private final ChannelPattern pattern;
    private final List<Long> numbers = new CopyOnWriteArrayList<>();
    private final Subscription subscription;

    private Reader(ChannelPattern pattern) {
      this.pattern = pattern;
      this.subscription = TestNode.await(reading.subscribe(pattern, this));
      readOn();
    }

    @Override
    public void onMessage(Entry entry) {
      numbers.add(Long.valueOf(entry.message().data().toString()));
    }

    @Override
    public void onGap(Gap gap) {
      numbers.add(GAP);
    }

    /** Waits for more messages. */
    void readOn() {
      int enough = numbers.size() + A_WHILE;
      await()
          .atMost(patience)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> numbers.size() >= enough);
    }

    void leave() {
      TestNode.await(subscription.end());
    }

    List<Long> numbers() {
      return List.copyOf(numbers);
    }

    /** As many consecutive numbers as messages arrived. */
    List<Long> expected() {
      return LongStream.range(numbers.get(0), numbers.get(0) + numbers.size()).boxed().toList();
    }

    @Override
    public String toString() {
      return pattern.toString();
    }
  }

  /** Subscribes and waits for the first messages. */
  Reader subscribe(String pattern) {
    return new Reader(ChannelPattern.of(pattern));
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("A publish hangs.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

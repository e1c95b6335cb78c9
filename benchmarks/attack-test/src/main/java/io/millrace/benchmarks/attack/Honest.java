package io.millrace.benchmarks.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The honest clients: some readers of each technique, with a channel each, and a publisher. */
final class Honest implements AutoCloseable {

  /** How many readers each technique has. */
  static final int EACH = 3;

  private static final int DIGITS = 3;
  private static final double MICROS_PER_MILLI = 1000;
  private static final int LOOK_MILLIS = 20;

  private final List<HonestChannel> channels = new ArrayList<>();
  private final List<HonestReader> readers = new ArrayList<>();
  private final HonestPublisher publisher;

  /**
   * Attaches them. Blocks.
   *
   * @param port the port of the server
   * @param apart whether each has its own address, and not that of the attacker
   */
  Honest(int port, boolean apart) throws IOException, InterruptedException {
    for (HonestReader.Technique technique : HonestReader.Technique.values()) {
      for (int i = 0; i < EACH; i++) {
        HonestChannel channel = new HonestChannel("honest." + channels.size());
        channels.add(channel);
        readers.add(new HonestReader(technique, channel, address(readers.size(), apart), port));
      }
    }
    publisher = new HonestPublisher(channels, address(readers.size(), apart), port);
    readers.forEach(Thread::start);
    for (HonestReader reader : readers) {
      reader.awaitAttached();
    }
    publisher.start();
  }

  private static InetAddress address(int number, boolean apart) throws IOException {
    return InetAddress.getByName(apart ? "127.0.1." + (number + 1) : Trial.ATTACKER);
  }

  /** Starts to count. */
  void reset() {
    channels.forEach(HonestChannel::reset);
    publisher.reset();
  }

  /** Stops publishing, and waits for the outstanding messages. */
  void finish(int patienceSeconds) throws InterruptedException {
    publisher.rest();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
    while (missing() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private int missing() {
    return channels.stream().mapToInt(HonestChannel::missing).sum();
  }

  /** Returns what became of the messages that count. */
  Service service() {
    Histogram all = new Histogram(DIGITS);
    channels.forEach(channel -> channel.addTo(all));
    return new Service(
        all.getTotalCount(),
        missing(),
        channels.stream().mapToInt(HonestChannel::doubled).sum(),
        publisher.refused(),
        readers.stream().mapToInt(HonestReader::connections).sum() - readers.size(),
        all.getValueAtPercentile(50) / MICROS_PER_MILLI,
        all.getValueAtPercentile(99) / MICROS_PER_MILLI,
        all.getMaxValue() / MICROS_PER_MILLI);
  }

  @Override
  public void close() throws IOException {
    publisher.finish();
    for (HonestReader reader : readers) {
      reader.finish();
    }
  }
}

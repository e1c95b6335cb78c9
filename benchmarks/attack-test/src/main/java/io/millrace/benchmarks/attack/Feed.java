package io.millrace.benchmarks.attack;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.benchmarks.attack.Setup.Contents;
import java.util.concurrent.locks.LockSupport;

/** Publishes inside the server, as an application does. While it feeds, it is a thread. */
final class Feed {

  private static final String HELD = "held";
  private static final String FED = "feed";
  private static final int AT_ONCE = 1000;
  private static final long NANOS = 1_000_000_000L;

  private final Millrace millrace;
  private final Setup setup;
  private volatile boolean feeding;
  private Thread thread = new Thread();
  private int rounds;

  Feed(Millrace millrace, Setup setup) {
    this.millrace = millrace;
    this.setup = setup;
  }

  /** Returns the name of a channel that holds messages. */
  static String held(int number) {
    return Contents.channel(HELD, number);
  }

  /** Returns the name of a channel that is fed. */
  static String fed(int number) {
    return Contents.channel(FED, number);
  }

  /** Publishes the messages that are held before the attack. Blocks. */
  void fill() {
    Contents held = setup.held();
    for (int message = 0; message < held.messages(); message++) {
      for (int number = 0; number < held.channels(); number++) {
        var published =
            millrace.channel(held(number)).publish(Message.json("x".repeat(held.bytes())));
        if (number % AT_ONCE == 0) {
          published.await();
        }
      }
    }
  }

  /** Starts to feed. */
  void start() {
    feeding = true;
    thread = new Thread(this::run, "feed");
    thread.setDaemon(true);
    thread.start();
  }

  /** Stops feeding, and returns how many messages each channel got. */
  int stop() throws InterruptedException {
    feeding = false;
    thread.join();
    return rounds;
  }

  private void run() {
    Contents fed = setup.fed();
    long interval = NANOS / fed.messages() / fed.channels();
    String filling = "x".repeat(fed.bytes());
    long due = System.nanoTime();
    while (feeding) {
      for (int number = 0; number < fed.channels(); number++) {
        LockSupport.parkNanos(due - System.nanoTime());
        String mark = Mark.of(rounds);
        millrace
            .channel(fed(number))
            .publish(Message.json(filling.substring(mark.length()) + mark));
        due += interval;
      }
      rounds++;
    }
  }
}

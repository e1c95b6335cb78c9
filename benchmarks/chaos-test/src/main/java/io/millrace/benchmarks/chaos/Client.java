package io.millrace.benchmarks.chaos;

import io.millrace.tck.Connection;
import io.millrace.tck.Frame;
import io.millrace.tck.TestClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client that keeps going: when its connection has ended, it asks the next server, with the last
 * cursor that it received. A thread.
 */
final class Client extends Thread {

  private static final Duration TURN = Duration.ofMillis(100);

  /** Heart-beats arrive more often than that. */
  private static final Duration SILENCE = Duration.ofSeconds(40);

  private static final int UNAVAILABLE = 503;

  private final Technique technique;
  private final String query;
  private final Balancer balancer;
  private final Account account;
  private final Naps naps;
  private final Faults faults;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean stopped;

  /**
   * A client that has not started.
   *
   * @param name its name
   * @param query the query, without a cursor
   */
  Client(
      String name,
      Technique technique,
      String query,
      Balancer balancer,
      Account account,
      Naps naps,
      Faults faults) {
    super(name);
    this.technique = technique;
    this.query = query;
    this.balancer = balancer;
    this.account = account;
    this.naps = naps;
    this.faults = faults;
    setDaemon(true);
  }

  Account account() {
    return account;
  }

  int connections() {
    return connections.get();
  }

  /** Makes it end soon. */
  void finish() {
    stopped = true;
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        sleep(converse().toMillis());
        if (naps.isDue()) {
          sleep(naps.next().toMillis());
        }
      }
    } catch (InterruptedException end) {
      interrupt();
    } catch (RuntimeException | AssertionError broken) {
      faults.add(getName() + " cannot continue: " + broken);
    }
  }

  /** Uses one connection, and returns how long to wait before the next. */
  private Duration converse() {
    String place = account.cursor().map(cursor -> "&cursor=" + cursor).orElse("");
    TestClient client = place.isEmpty() ? technique.first() : technique.client();
    try (Connection connection = Connection.open(balancer.next(), client, query + place)) {
      connections.incrementAndGet();
      boolean delivered = read(connection);
      int status = connection.status();
      if (status == UNAVAILABLE || status == 0) {
        return Technique.RETRY;
      }
      if (status != 101 && status != 200) {
        faults.add(getName() + " was answered " + status + ": " + connection.body());
        return Technique.RETRY;
      }
      return delivered ? technique.pause() : technique.idle();
    } catch (UncheckedIOException refused) {
      return Technique.RETRY;
    }
  }

  /** Reads to the end, and returns whether a message arrived. */
  private boolean read(Connection connection) {
    boolean delivered = false;
    long heard = System.nanoTime();
    int received = 0;
    while (!stopped && !connection.ended() && !naps.isDue()) {
      List<Frame> frames = connection.read(TURN);
      for (Frame frame : frames) {
        account.take(frame);
        delivered |= frame instanceof Frame.Delivery;
      }
      // Bytes, not frames: a heartbeat of a plain event stream is a comment.
      if (connection.received() > received) {
        received = connection.received();
        heard = System.nanoTime();
      } else if (System.nanoTime() - heard > SILENCE.toNanos()) {
        faults.add(getName() + " heard nothing for " + SILENCE);
        return delivered;
      }
    }
    return delivered;
  }
}

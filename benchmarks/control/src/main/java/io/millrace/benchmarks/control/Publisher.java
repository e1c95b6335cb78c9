package io.millrace.benchmarks.control;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Carries out a {@link Plan}. */
final class Publisher {

  private final Peer peer;
  private final Plan plan;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private long acknowledged;

  Publisher(Peer peer, Plan plan) {
    this.peer = peer;
    this.plan = plan;
  }

  /** Notes that all readers have everything up to a round. Called on any thread. */
  void acknowledge(long round) {
    lock.lock();
    try {
      acknowledged = round;
      moved.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Publishes until the time is over, and returns how many rounds that were. */
  long run() throws InterruptedException {
    String[] channels = new String[plan.channels()];
    for (int i = 0; i < channels.length; i++) {
      channels[i] = Plan.channel(i);
    }
    Payload payload = new Payload(plan.size());
    long start = System.nanoTime();
    long end = start + TimeUnit.MILLISECONDS.toNanos(plan.millis());
    long round = 0;
    while (awaitTurn(start, round, end)) {
      round++;
      for (String channel : channels) {
        peer.publish(channel, payload.of(round));
      }
    }
    return round;
  }

  /** Waits until another round may be published; false if the time is over before. */
  private boolean awaitTurn(long start, long done, long end) throws InterruptedException {
    if (plan.rate() > 0) {
      long due = start + TimeUnit.SECONDS.toNanos(done) / plan.rate();
      if (due > end) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
    }
    lock.lock();
    try {
      while (done - acknowledged >= plan.window()) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        moved.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    return System.nanoTime() < end;
  }
}

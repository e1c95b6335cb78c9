package io.millrace.benchmarks.attack;

import java.util.BitSet;
import org.HdrHistogram.Histogram;

/** A channel of honest clients: what was published there, and what came. Safe on any thread. */
final class HonestChannel {

  private static final int DIGITS = 3;
  private static final int NANOS_PER_MICRO = 1000;

  private final String name;
  private final BitSet received = new BitSet();
  private final Histogram micros = new Histogram(DIGITS);
  private int published;
  private int counted;
  private int doubled;

  HonestChannel(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** Returns the number of the message that is published now. */
  synchronized int next() {
    return published++;
  }

  /** Takes that a message came that was sent at a time. */
  synchronized void receive(int number, long sent) {
    long now = System.nanoTime();
    if (received.get(number)) {
      doubled++;
      return;
    }
    received.set(number);
    if (number >= counted) {
      micros.recordValue(Math.max(0, now - sent) / NANOS_PER_MICRO);
    }
  }

  /** Counts from now on. */
  synchronized void reset() {
    counted = published;
    doubled = 0;
    micros.reset();
  }

  /** Returns how many of those that count have not come. */
  synchronized int missing() {
    return published - counted - received.get(counted, Math.max(counted, published)).cardinality();
  }

  synchronized int doubled() {
    return doubled;
  }

  synchronized void addTo(Histogram all) {
    all.add(micros);
  }
}

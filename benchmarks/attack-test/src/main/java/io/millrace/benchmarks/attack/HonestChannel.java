package io.millrace.benchmarks.attack;

import java.util.BitSet;
import org.HdrHistogram.Histogram;

/** A channel of honest clients: what was published there, and what arrived. Safe on any thread. */
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

  /** Returns the number for a message that is published now. */
  synchronized int next() {
    return published++;
  }

  /** Notes the arrival of a message, and when it was sent. */
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

  /** Starts to count. */
  synchronized void reset() {
    counted = published;
    doubled = 0;
    micros.reset();
  }

  /** Returns how many of the messages that count have not arrived. */
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

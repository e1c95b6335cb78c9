package io.millrace.benchmarks;

/**
 * Tells when a server is compiled: doing the same has cost no less than before for some times.
 * Until then much of what it costs is the compiler's work.
 */
final class Steadiness {

  /** What is cheaper by less than this is as expensive as before. */
  private static final double SAME = 0.95;

  private final int times;
  private double least = Double.MAX_VALUE;
  private int same;

  /**
   * Knows nothing yet.
   *
   * @param times how often it must have cost no less
   */
  Steadiness(int times) {
    this.times = times;
  }

  /** Takes note of what it cost this time. */
  void add(double cost) {
    same = cost > least * SAME ? same + 1 : 0;
    least = Math.min(cost, least);
  }

  boolean isReached() {
    return same >= times;
  }
}

package io.millrace.benchmarks;

/**
 * Decides when a server is compiled: the cost of the same work has not fallen for some
 * measurements. Until then, much of the cost is the compiler's work.
 */
final class Steadiness {

  /** A smaller decrease than this counts as none. */
  private static final double SAME = 0.95;

  private final int times;
  private double least = Double.MAX_VALUE;
  private int same;

  /**
   * Makes an object without measurements.
   *
   * @param times how often the cost must not have fallen
   */
  Steadiness(int times) {
    this.times = times;
  }

  /** Notes the cost of this time. */
  void add(double cost) {
    same = cost > least * SAME ? same + 1 : 0;
    least = Math.min(cost, least);
  }

  boolean isReached() {
    return same >= times;
  }
}

package io.millrace.internal;

/**
 * What of the heap everything that a node holds may take, if the application sets nothing else.
 * Together it is three quarters at most: the rest is for Vert.x, the application and garbage. A
 * large heap gets no more than a public site needs; only readers go on to take their part, since
 * they are what a larger heap is for.
 *
 * @param heap how many bytes the heap may grow to
 */
public record HeapShares(long heap) {

  /** What a key takes where it is published and where it arrives: see Footprint in core. */
  public static final int KEY_BYTES = 610;

  private static final long MOST_MESSAGES = 64L << 20;
  private static final long MOST_BODIES = 16L << 20;
  private static final int MOST_KEYS = 100_000;

  /** {@return those of this JVM} */
  public static HeapShares here() {
    return new HeapShares(Runtime.getRuntime().maxMemory());
  }

  /** {@return the bytes for the ring: an eighth, at most 64 MiB} */
  public long ringBytes() {
    return Math.min(MOST_MESSAGES, heap / 8);
  }

  /** {@return the bytes for histories: an eighth, at most 64 MiB} */
  public long historyBytes() {
    return Math.min(MOST_MESSAGES, heap / 8);
  }

  /** {@return the bytes for readers: a quarter} */
  public long readerBytes() {
    return heap / 4;
  }

  /**
   * {@return the bytes for what arrives, and again for what waits for the broker: a thirty-second,
   * at most 16 MiB}
   */
  public long bodyBytes() {
    return Math.min(MOST_BODIES, heap / 32);
  }

  /** {@return how many keys are remembered: a sixteenth of the heap, at most 100,000} */
  public int keys() {
    return (int) Math.min(MOST_KEYS, heap / 16 / KEY_BYTES);
  }

  /**
   * {@return the bytes for frames that are kept for others, on all event loops: three
   * sixty-fourths}
   */
  public long frameBytes() {
    return heap / 64 * 3;
  }

  /**
   * {@return the bytes for what is remembered of clients so that they are limited: a sixty-fourth}
   */
  public long limitBytes() {
    return heap / 64;
  }

  /** {@return the bytes for what clients do not read, as far as it lies there: a sixteenth} */
  public long unsentBytes() {
    return heap / 16;
  }
}

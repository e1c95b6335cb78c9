package io.millrace.benchmarks.control;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A text that ends with the number of its round and the time when it was published, both in
 * decimal, so that a reader finds them without parsing the text around it.
 */
public final class Payload {

  /** How many digits the round has. */
  public static final int ROUND_DIGITS = 10;

  /** How many digits the time has, in microseconds of {@link System#nanoTime}. */
  public static final int TIME_DIGITS = 16;

  /** The minimum size. */
  public static final int LEAST = ROUND_DIGITS + TIME_DIGITS;

  private final byte[] text;

  /**
   * Makes a payload.
   *
   * @param size in bytes
   */
  public Payload(int size) {
    text = new byte[Math.max(size, LEAST)];
    Arrays.fill(text, (byte) 'x');
  }

  /**
   * Fills it in.
   *
   * @param round from 1
   * @return the text
   */
  public String of(long round) {
    digits(text.length - LEAST, ROUND_DIGITS, round);
    digits(text.length - TIME_DIGITS, TIME_DIGITS, now());
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /** {@return the time in microseconds, the same for all processes of a machine} */
  public static long now() {
    return System.nanoTime() / 1000;
  }

  private void digits(int from, int count, long value) {
    long rest = value;
    for (int i = from + count - 1; i >= from; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}

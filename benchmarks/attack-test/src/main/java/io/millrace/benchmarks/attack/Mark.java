package io.millrace.benchmarks.attack;

import java.util.regex.Pattern;

/** What a payload says of itself: its number on its channel, and when it was sent. */
final class Mark {

  /** Around and between the two; nothing else of a payload has one. */
  static final char SIGN = '~';

  /** How many signs and numbers a mark has. */
  static final int PARTS = 5;

  /** Finds marks: the number, and the time as {@link System#nanoTime} has it. */
  static final Pattern PATTERN = Pattern.compile("~(\\d+)~(\\d+)~");

  private Mark() {}

  /** Returns one that is sent now. All processes of a machine have the same time. */
  static String of(int number) {
    return "" + SIGN + number + SIGN + System.nanoTime() + SIGN;
  }
}

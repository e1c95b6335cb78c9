package io.millrace.benchmarks.attack;

import java.util.regex.Pattern;

/** What a payload says about itself: its number on its channel, and when it was sent. */
final class Mark {

  /** Stands around and between the two; nothing else in a payload contains it. */
  static final char SIGN = '~';

  /** How many signs and numbers a mark has. */
  static final int PARTS = 5;

  /** Finds marks: the number, and the time by {@link System#nanoTime}. */
  static final Pattern PATTERN = Pattern.compile("~(\\d+)~(\\d+)~");

  private Mark() {}

  /** Returns a mark that is sent now. All processes of a machine have the same time. */
  static String of(int number) {
    return "" + SIGN + number + SIGN + System.nanoTime() + SIGN;
  }
}

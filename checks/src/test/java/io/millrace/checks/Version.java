package io.millrace.checks;

import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of a library: numbers, and perhaps a word after them. {@code 4.2} is {@code
 * 4.2.0.Final}; any word but {@code Final} makes it earlier than the release, as {@code 5.0.0.CR1}
 * is.
 */
final class Version {

  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)*)(?:[.-](\\w.*))?");
  private static final Pattern RANGE = Pattern.compile("([\\[(])([^,]*),([^\\])]*)([])])");
  private static final Pattern RANGES = Pattern.compile(RANGE + "(," + RANGE + ")*");

  private final int[] numbers;
  private final String word;

  private Version(int[] numbers, String word) {
    this.numbers = numbers;
    this.word = word;
  }

  static Version of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("Not a version: " + text);
    }
    String word = matcher.group(2);
    return new Version(
        Arrays.stream(matcher.group(1).split("\\.", -1)).mapToInt(Integer::parseInt).toArray(),
        word == null || word.equals("Final") ? "" : word);
  }

  /**
   * Returns whether it is in one of several ranges, written as Maven's: {@code [1.0,1.2),(,0.9]}.
   */
  boolean isIn(String ranges) {
    if (!RANGES.matcher(ranges).matches()) {
      throw new IllegalArgumentException("Not ranges of versions: " + ranges);
    }
    return RANGE.matcher(ranges).results().anyMatch(this::isIn);
  }

  private boolean isIn(MatchResult range) {
    String from = range.group(2);
    String to = range.group(3);
    int least = range.group(1).equals("[") ? 0 : 1;
    int most = range.group(4).equals("]") ? 0 : -1;
    return (from.isEmpty() || compareTo(of(from)) >= least)
        && (to.isEmpty() || compareTo(of(to)) <= most);
  }

  /** {@return -1, 0 or 1: whether this is earlier, the same or later} */
  int compareTo(Version other) {
    for (int i = 0; i < Math.max(numbers.length, other.numbers.length); i++) {
      int difference = Integer.compare(number(i), other.number(i));
      if (difference != 0) {
        return difference;
      }
    }
    if (word.isEmpty() || other.word.isEmpty()) {
      return Boolean.compare(word.isEmpty(), other.word.isEmpty());
    }
    return Integer.signum(word.compareTo(other.word));
  }

  private int number(int index) {
    return index < numbers.length ? numbers[index] : 0;
  }
}

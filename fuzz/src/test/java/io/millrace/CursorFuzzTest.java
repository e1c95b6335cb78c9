package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.fuzz.Allocation;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Fuzzes the single words of a request: cursors, and the names and patterns of channels. Their
 * syntax is defined a second time here, as the documents define it.
 */
class CursorFuzzTest {

  private static final Pattern CURSOR = Pattern.compile("([A-Za-z0-9_]{1,44})-([0-9]+)");
  private static final String SEGMENT = "[A-Za-z0-9_-]+";
  private static final Pattern PATTERN =
      Pattern.compile("((S|\\*)\\.)*(S|\\*\\*?)".replace("S", SEGMENT));

  @FuzzTest
  void read(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    assertThat(Cursor.parse(text).isPresent()).as("a cursor").isEqualTo(isCursor(text));
    Cursor.parse(text).ifPresent(cursor -> checkCursor(text, cursor));
    assertThat(pattern(text).isPresent()).as("a pattern").isEqualTo(isPattern(text));
    pattern(text).ifPresent(pattern -> checkPattern(text, pattern));
    checkSegment(text);
    checkPair(text);
    Allocation.isBounded(
        bytes.length,
        () -> {
          Cursor.parse(text);
          pattern(text);
        });
  }

  private static boolean isCursor(String text) {
    Matcher matcher = CURSOR.matcher(text);
    return text.length() <= Cursor.MAX_LENGTH
        && matcher.matches()
        && new BigInteger(matcher.group(2)).bitLength() < Long.SIZE;
  }

  private static boolean isPattern(String text) {
    return text.length() <= ChannelPattern.MAX_LENGTH && PATTERN.matcher(text).matches();
  }

  private static void checkCursor(String text, Cursor cursor) {
    assertThat(Cursor.parse(cursor.toString())).as("read again").contains(cursor);
    assertThat(cursor.toString())
        .matches("[A-Za-z0-9_]+-[0-9]+")
        .hasSizeLessThanOrEqualTo(Math.min(text.length(), Cursor.MAX_LENGTH));
    assertThat(text).startsWith(cursor.epoch() + "-").endsWith(Long.toString(cursor.seq()));
  }

  /** Returns the pattern, or empty if it is refused. */
  private static Optional<ChannelPattern> pattern(String text) {
    try {
      return Optional.of(ChannelPattern.of(text));
    } catch (MillraceException refused) {
      assertThat(refused.code()).isEqualTo(MillraceException.Code.BAD_REQUEST);
      assertThat(refused.getMessage()).hasSizeLessThan(500);
      return Optional.empty();
    }
  }

  private static void checkPattern(String text, ChannelPattern pattern) {
    assertThat(pattern).hasToString(text);
    assertThat(text).matches("[A-Za-z0-9_*-]+(\\.[A-Za-z0-9_*-]+)*").hasSizeBetween(1, 200);
    assertThat(pattern.isName()).isEqualTo(text.indexOf('*') < 0);
    assertThat(pattern.covers(pattern) && pattern.overlaps(pattern)).isTrue();
    // A channel that the pattern matches, made from it.
    String channel = text.replace("**", "a.b").replace("*", "c");
    if (channel.length() <= ChannelPattern.MAX_LENGTH) {
      assertThat(pattern.matches(channel)).as("%s matches %s", text, channel).isTrue();
      assertThat(pattern.covers(ChannelPattern.of(channel))).isTrue();
    }
  }

  /** The input is two patterns with a space between them; tests how they relate. */
  private static void checkPair(String text) {
    int space = text.indexOf(' ');
    if (space < 0
        || !isPattern(text.substring(0, space))
        || !isPattern(text.substring(space + 1))) {
      return;
    }
    ChannelPattern one = ChannelPattern.of(text.substring(0, space));
    ChannelPattern other = ChannelPattern.of(text.substring(space + 1));
    assertThat(one.covers(other)).as("%s covers %s", one, other).isEqualTo(matchesAll(one, other));
    assertThat(one.overlaps(other)).as("either way").isEqualTo(other.overlaps(one));
    assertThat(one.overlaps(other) || !one.covers(other)).as("covered, so they overlap").isTrue();
    if (other.isName()) {
      assertThat(one.overlaps(other)).isEqualTo(one.covers(other));
      assertThat(one.matches(other.toString())).isEqualTo(one.covers(other));
    }
    assertThat(one.equals(other)).isEqualTo(one.covers(other) && other.covers(one));
  }

  /**
   * Whether a pattern matches all channels of another. It is enough to try channels with words in
   * place of the other's stars that occur in neither, and with as many words at the end as can make
   * a difference.
   */
  private static boolean matchesAll(ChannelPattern one, ChannelPattern other) {
    Pattern all =
        Pattern.compile(
            one.segments().stream()
                .map(CursorFuzzTest::expression)
                .collect(Collectors.joining("\\.")));
    String word = "w".repeat(1 + Math.max(one.toString().length(), other.toString().length()));
    return IntStream.rangeClosed(1, 1 + one.segments().size())
        .mapToObj(many -> String.join(".", Collections.nCopies(many, word)))
        .map(many -> other.toString().replace("**", many).replace("*", word))
        .allMatch(channel -> all.matcher(channel).matches());
  }

  private static String expression(String segment) {
    return switch (segment) {
      case "*" -> SEGMENT;
      case "**" -> SEGMENT + "(\\." + SEGMENT + ")*";
      default -> segment;
    };
  }

  private static void checkSegment(String text) {
    assertThat(Channel.decodeSegment(Channel.encodeSegment(text))).as("a segment").isEqualTo(text);
    try {
      String decoded = Channel.decodeSegment(text);
      assertThat(Channel.encodeSegment(decoded)).as("the only form").isEqualTo(text);
    } catch (IllegalArgumentException noSegment) {
      assertThat(noSegment).hasMessageContaining("encodeSegment");
    }
  }
}

package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.fuzz.Allocation;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What is one word of a request: cursors, and the names and patterns of channels. */
class CursorFuzzTest {

  @FuzzTest
  void read(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Cursor.parse(text).ifPresent(cursor -> checkCursor(text, cursor));
    pattern(text).ifPresent(pattern -> checkPattern(text, pattern));
    checkSegment(text);
    Allocation.isBounded(
        bytes.length,
        () -> {
          Cursor.parse(text);
          pattern(text);
        });
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
    // A channel that it stands for, made from it.
    String channel = text.replace("**", "a.b").replace("*", "c");
    if (channel.length() <= ChannelPattern.MAX_LENGTH) {
      assertThat(pattern.matches(channel)).as("%s matches %s", text, channel).isTrue();
      assertThat(pattern.covers(ChannelPattern.of(channel))).isTrue();
    }
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

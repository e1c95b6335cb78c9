package io.millrace.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8ValidatorTest {
  /** Every byte value at which RFC 3629's table changes, with both neighbours. */
  private static final int[] TELLING = {
    0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
    0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
  };

  @Test
  void agreesWithTheJdkOnAllSequencesOfTwoBytes() {
    for (int i = 0; i < 1 << 16; i++) {
      assertAgrees((byte) (i >> 8), (byte) i);
    }
  }

  @Test
  void agreesWithTheJdkOnAllSequencesOfFourTellingBytes() {
    for (int a : TELLING) {
      for (int b : TELLING) {
        for (int c : TELLING) {
          for (int d : TELLING) {
            assertAgrees((byte) a, (byte) b, (byte) c, (byte) d);
          }
        }
      }
    }
  }

  @Test
  void refusesAtTheFirstByteThatNothingCanRepair() {
    for (int a : TELLING) {
      for (int b : TELLING) {
        for (int c : TELLING) {
          assertFailsFast((byte) a, (byte) b, (byte) c);
        }
      }
    }
  }

  @Test
  void acceptsEveryCodePointButSurrogates() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
        assertAgrees(Character.toString(point).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void findsABadByteWhereverItStandsInLongAscii() {
    for (int at = 0; at < 40; at++) {
      byte[] text = new byte[40];
      Arrays.fill(text, (byte) 'a');
      assertThat(valid(text)).isTrue();
      text[at] = (byte) 0xFF;
      assertThat(valid(text)).as("at %d", at).isFalse();
    }
  }

  @Test
  void doesNotCareHowTextIsCut() {
    Random random = new Random(7);
    byte[] text = "바로 지금 a real-time 웹 👩‍👩‍👧 ÿ".repeat(5).getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = text.clone();
      if (round % 2 == 1) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Utf8Validator cut = new Utf8Validator();
      Buffer buffer = Buffer.buffer(bytes);
      boolean accepted = true;
      for (int at = 0; at < bytes.length && accepted; ) {
        int end = Math.min(bytes.length, at + random.nextInt(20));
        accepted = cut.accept(buffer, at, end);
        at = end;
      }
      assertThat(accepted && cut.complete()).isEqualTo(validForJdk(bytes));
    }
  }

  private static void assertAgrees(byte... bytes) {
    if (valid(bytes) != validForJdk(bytes)) {
      throw new AssertionError(Recorder.hex(Buffer.buffer(bytes)));
    }
  }

  private static void assertFailsFast(byte... bytes) {
    Utf8Validator validator = new Utf8Validator();
    Buffer buffer = Buffer.buffer(bytes);
    for (int end = 1; end <= bytes.length; end++) {
      boolean accepted = validator.accept(buffer, end - 1, end);
      if (accepted != canBecomeValid(Arrays.copyOf(bytes, end))) {
        throw new AssertionError(Recorder.hex(buffer) + " at byte " + end);
      }
      if (!accepted) {
        return;
      }
    }
  }

  /**
   * Whether up to three more bytes make it valid; only the second byte of a character is
   * restricted.
   */
  private static boolean canBecomeValid(byte[] prefix) {
    if (validForJdk(prefix)) {
      return true;
    }
    for (int next : new int[] {0x80, 0x90, 0xA0}) {
      for (int more = 1; more <= 3; more++) {
        byte[] bytes = Arrays.copyOf(prefix, prefix.length + more);
        Arrays.fill(bytes, prefix.length, bytes.length, (byte) 0x80);
        bytes[prefix.length] = (byte) next;
        if (validForJdk(bytes)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean valid(byte[] bytes) {
    Utf8Validator validator = new Utf8Validator();
    return validator.accept(Buffer.buffer(bytes), 0, bytes.length) && validator.complete();
  }

  private static boolean validForJdk(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}

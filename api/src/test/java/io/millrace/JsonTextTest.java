package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.JsonArray;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

  private static String compact(String text) {
    return JsonText.compact(Buffer.buffer(text)).toString();
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "1.0",
        "1.50e+002",
        "1E400",
        "123456789012345678901234567890",
        "\"\"",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "\"\\u0020 \\\\\\\" \\/ \\t\"",
        "\"한 😀 \u2028\"",
        "\"\\ud83d\"",
        "{\"b\":1,\"a\":2,\"b\":3}",
        "[1,[2,{\"a\":[]}],\" , : \"]",
        "\"\\\\\""
      })
  void compactTextStaysAsItIs(String text) {
    assertThat(compact(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`  1\t`|1",
        "`{ \"a b\" :\n[ 1 ,\r2 ] }`|`{\"a b\":[1,2]}`",
        "`[ \" \\\" \" , \"\\\\\" , \" \" ]`|`[\" \\\" \",\"\\\\\",\" \"]`",
        "`\n{\n}\n`|`{}`"
      })
  void whiteSpaceBetweenTokensGoesAndNoOther(String text, String expected) {
    assertThat(compact(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[1",
        "1]",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "'a'",
        "\"a",
        "\"a\nb\"",
        "\"\t\"",
        "\"\u0000\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "0x1",
        "--1",
        "NaN",
        "Infinity",
        "-Infinity",
        "[NaN]",
        "tru",
        "True",
        "nul",
        "1 2",
        "{}{}",
        "[] []",
        "1,2",
        "\"a\" \"b\"",
        "{}x",
        "// c\n1",
        "1 // c",
        "/* c */ 1",
        "# c\n1",
        "1\uFEFF",
        "\uFEFF\uFEFF1",
        "\u00a01",
        "1\u00a0",
        "\f1",
        "undefined",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,}",
        "{1:2}",
        "1a",
        "\"a\"b"
      })
  void whatIsNotOneJsonValueIsRefused(String text) {
    refused(() -> compact(text));
  }

  @Test
  void onlyUtf8IsRead() {
    int[][] invalid = {
      {0x22, 0xff, 0x22}, // never in UTF-8
      {0x22, 0xc3, 0x22}, // cut short
      {0x22, 0x80, 0x22}, // a continuation of nothing
      {0x22, 0xc0, 0xaf, 0x22}, // overlong
      {0x22, 0xc0, 0x80, 0x22}, // overlong NUL
      {0x22, 0xe0, 0x80, 0xaf, 0x22}, // overlong
      {0x22, 0xf0, 0x80, 0x80, 0xaf, 0x22}, // overlong
      {0x22, 0xed, 0xa0, 0x80, 0x22}, // a surrogate
      {0x22, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80, 0x22}, // a pair of surrogates
      {0x22, 0xf4, 0x90, 0x80, 0x80, 0x22}, // beyond Unicode
      {0xef, 0xbb, 0x31}, // half a byte order mark
      {0xfe, 0xff, 0x00, 0x31}, // UTF-16
      {0x00, 0x31}, // UTF-16 without a mark
      {0x31, 0x00}, // the other way round
      {0x00, 0x00, 0x00, 0x31} // UTF-32
    };
    for (int[] units : invalid) {
      byte[] bytes = new byte[units.length];
      for (int i = 0; i < units.length; i++) {
        bytes[i] = (byte) units[i];
      }
      refused(() -> JsonText.compact(Buffer.buffer(bytes)));
    }
  }

  @Test
  void allOfUnicodeIsKeptByteByByte() {
    StringBuilder text = new StringBuilder("\"");
    for (int c = 0x20; c <= 0x10ffff; c += 37) {
      if ((c < 0xd800 || c > 0xdfff) && c != '"' && c != '\\') {
        text.appendCodePoint(c);
      }
    }
    byte[] bytes = text.append('"').toString().getBytes(StandardCharsets.UTF_8);
    assertThat(JsonText.compact(Buffer.buffer(bytes)).getBytes()).isEqualTo(bytes);
  }

  @Test
  void nestingIsBounded() {
    String deep = "[".repeat(1000) + "]".repeat(1000);
    assertThat(compact(deep)).isEqualTo(deep);
    refused(() -> compact("[".repeat(1001) + "]".repeat(1001)));
    refused(() -> compact("{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000)));
  }

  @Test
  void theTextThatWasGivenIsNotChangedAndMayBePartOfALargerOne() {
    Buffer text = Buffer.buffer("xx [ 1 ] yy");
    assertThat(JsonText.compact(text.slice(2, 9))).isEqualTo(Buffer.buffer("[1]"));
    assertThat(text).isEqualTo(Buffer.buffer("xx [ 1 ] yy"));
  }

  @Test
  void aRefusalDoesNotRepeatWhatWasSent() {
    assertThatThrownBy(() -> compact("{\"password\": secret}"))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "{\"a\":1}" + "]".repeat(depth);
  }

  @Test
  void whatIsWithinTheLimitsIsTakenAndCanBeDecoded() {
    for (String text :
        List.of(
            nested(999),
            "-" + "1".repeat(999),
            "{\"" + "n".repeat(50_000) + "\" : 1}",
            "[\"" + "s".repeat(60_000) + "\"]",
            "[\"" + "\\\"".repeat(30_000) + "\"]")) {
      assertThat(Message.jsonText(Buffer.buffer(text)).json()).isPresent();
    }
  }

  @Test
  void whatOtherNodesCouldNotReadIsRefusedWhoeverPublishesIt() {
    for (String text :
        List.of(
            nested(1000),
            "1".repeat(1001),
            "1." + "0".repeat(1000),
            "{\"" + "n".repeat(50_001) + "\" : 1}",
            "\"" + "s".repeat(20_000_001) + "\"")) {
      assertThatThrownBy(() -> Message.jsonText(Buffer.buffer(text)))
          .isInstanceOf(MillraceException.class)
          .hasMessageContaining("may have");
    }
    Object deep = 1;
    for (int i = 0; i <= 1000; i++) {
      deep = new JsonArray(new ArrayList<>(List.of(deep)));
    }
    Object nestedValue = deep;
    assertThatThrownBy(() -> Message.json(nestedValue)).isInstanceOf(EncodeException.class);
    assertThatThrownBy(() -> Message.json(BigInteger.TEN.pow(1000)))
        .isInstanceOf(MillraceException.class);
  }

  @Test
  void aByteOrderMarkIsDropped() {
    assertThat(JsonText.compact(Buffer.buffer("\uFEFF {\"a\": \"\uFEFF\"}")))
        .hasToString("{\"a\":\"\uFEFF\"}");
  }
}

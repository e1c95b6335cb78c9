package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmqpBodyTest {

  private static Optional<String> decode(String hex) {
    return AmqpBody.decode(Buffer.buffer(HexFormat.of().parseHex(hex)))
        .map(body -> body.bytes().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "005377a10161, a",
    "005377b10000000161, a",
    "005377a00161, a",
    "005377b00000000161, a",
    "005377a100, ''",
    "005375a00161, a",
    "005375b00000000161, a",
    "005375a00161 005375a00162 005375a000, ab",
    "005370c00101 005371c10100 005372c10100 005373d00000000400000000 005374c10100 005377a10161, a",
    "005377a10161 005378c10100, a"
  })
  void theBodyIsTakenOut(String hex, String body) {
    assertThat(decode(hex.replace(" ", ""))).contains(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "005377",
        "005377a1",
        "005377a102",
        "005377a10261",
        "005377a1016162",
        "005377b1000000",
        "005377b10000000261",
        "005377b1ffffffff61",
        "005377b17fffffff61",
        "005377a10161 005377a10162",
        "005377a10161 005375a00162",
        "005375a00161 005377a10162",
        "005373c10100",
        "005377a10161 005378",
        "005377a10161 005378c1",
        "005377a10161 005378d1000000",
        "005379a10161",
        "00536fa10161",
        "005277a10161",
        "015377a10161",
        "00537700a10161",
        "0053773061",
        "616263"
      })
  void whatIsNotWholeSectionsIsLeftAlone(String hex) {
    assertThat(decode(hex.replace(" ", ""))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00537740",
        "0053775401",
        "005377600001",
        "0053777000000001",
        "005377810000000000000001",
        "0053779800000000000000000000000000000001",
        "005377a30161",
        "005377c10100",
        "005377d10000000400000000",
        "005377e0020153",
        "005376c00100",
        "005376c00100005376c00100",
        "005375a10161"
      })
  void whatIsNeitherTextNorBytesIsRefused(String hex) {
    assertThatThrownBy(() -> decode(hex))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }

  @Test
  void ofSomethingLargeAllIsTaken() {
    Buffer large = Buffer.buffer("한".repeat(100_000));
    Buffer encoded =
        Buffer.buffer(HexFormat.of().parseHex("005377b1"))
            .appendInt(large.length())
            .appendBuffer(large);
    assertThat(AmqpBody.decode(encoded)).contains(new AmqpBody.Decoded(large, true));
  }

  @ParameterizedTest
  @CsvSource({
    "005377a10161, true",
    "005377b10000000161, true",
    "005377a00161, false",
    "005377b00000000161, false",
    "005375a00161, false"
  })
  void stringsAreToldFromBytes(String hex, boolean isText) {
    assertThat(AmqpBody.decode(Buffer.buffer(HexFormat.of().parseHex(hex))))
        .contains(new AmqpBody.Decoded(Buffer.buffer("a"), isText));
  }
}

package io.millrace.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameWriterTest {
  @Test
  void writesTheFramesOfTheRfc() {
    assertThat(hex(FrameWriter.text(Buffer.buffer("Hello")))).isEqualTo("810548656c6c6f");
    assertThat(hex(FrameWriter.ping(Buffer.buffer("Hello")))).isEqualTo("890548656c6c6f");
    assertThat(hex(FrameWriter.pong(Buffer.buffer("Hello")))).isEqualTo("8a0548656c6c6f");
    assertThat(hex(FrameWriter.binary(Buffer.buffer(new byte[256])))).startsWith("827e01000000");
    assertThat(hex(FrameWriter.binary(Buffer.buffer(new byte[65_536]))))
        .startsWith("827f00000000000100000000");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 8100",
    "125, 817d",
    "126, 817e007e",
    "65535, 817effff",
    "65536, 817f0000000000010000",
    "2147483647, 817f000000007fffffff"
  })
  void writesALengthInTheFewestOctets(int length, String header) {
    assertThat(hex(FrameWriter.header(Opcode.TEXT, length))).isEqualTo(header);
  }

  @Test
  void doesNotTouchThePayloadItFrames() {
    Buffer payload = Buffer.buffer("x");
    FrameWriter.text(payload).setByte(2, (byte) 'y');
    assertThat(payload).hasToString("x");
  }

  @Test
  void refusesAControlPayloadOfMoreThan125Bytes() {
    assertThat(FrameWriter.ping(Buffer.buffer(new byte[125])).length()).isEqualTo(127);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameWriter.ping(Buffer.buffer(new byte[126])));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameWriter.pong(Buffer.buffer(new byte[126])));
  }

  @Test
  void writesACloseWithCodeAndReasonOrWithNothing() {
    assertThat(hex(FrameWriter.close(1000, "bye"))).isEqualTo("880503e8627965");
    assertThat(hex(FrameWriter.close())).isEqualTo("8800");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_536 + 1000})
  void refusesCloseCodesThatMustNotBeOnTheWire(int code) {
    assertThatIllegalArgumentException().isThrownBy(() -> FrameWriter.close(code, ""));
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4200, 4999})
  void writesCloseCodesAServerMaySend(int code) {
    assertThat(FrameWriter.close(code, "").getUnsignedShort(2)).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "é", "한", "😀"})
  void cutsALongReasonBetweenCharacters(String character) {
    int size = Buffer.buffer(character).length();
    for (int lead = 0; lead < 4; lead++) {
      Buffer frame = FrameWriter.close(4000, "x".repeat(lead) + character.repeat(130));
      int kept = (123 - lead) / size;
      assertThat(frame.getString(4, frame.length()))
          .isEqualTo("x".repeat(lead) + character.repeat(kept));
      assertThat(frame.length()).isLessThanOrEqualTo(2 + 125);
    }
  }

  private static String hex(Buffer buffer) {
    return Recorder.hex(buffer);
  }
}

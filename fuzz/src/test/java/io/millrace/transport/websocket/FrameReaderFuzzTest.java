package io.millrace.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.fuzz.Allocation;
import io.millrace.fuzz.Cuts;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

class FrameReaderFuzzTest {

  private static final int MAX_FRAME = 300;
  private static final int MAX_MESSAGE = 500;

  /** What was reported: the opcode or {@link #VIOLATION}, and the code of a close or violation. */
  private record Told(int what, int code, Buffer payload) {}

  private static final int VIOLATION = -1;

  /** Records what is reported, and asserts what a listener may rely on. */
  private static final class Recorder implements FrameReader.Listener {
    final List<Told> told = new ArrayList<>();

    private void tell(int what, int code, Buffer payload) {
      if (!told.isEmpty()) {
        Told last = told.get(told.size() - 1);
        assertThat(last.what).as("nothing follows a close").isNotEqualTo(Opcode.CLOSE);
        assertThat(last.what == VIOLATION && what != Opcode.CLOSE)
            .as("only a close follows a violation")
            .isFalse();
      }
      told.add(new Told(what, code, payload));
    }

    @Override
    public void text(Buffer utf8) {
      assertThat(isUtf8(utf8)).as("text is UTF-8").isTrue();
      message(Opcode.TEXT, utf8);
    }

    @Override
    public void binary(Buffer payload) {
      message(Opcode.BINARY, payload);
    }

    private void message(int opcode, Buffer payload) {
      assertThat(payload.length()).isLessThanOrEqualTo(MAX_MESSAGE);
      tell(opcode, 0, payload);
    }

    @Override
    public void ping(Buffer payload) {
      control(Opcode.PING, payload);
    }

    @Override
    public void pong(Buffer payload) {
      control(Opcode.PONG, payload);
    }

    private void control(int opcode, Buffer payload) {
      assertThat(payload.length()).isLessThanOrEqualTo(FrameWriter.MAX_CONTROL);
      tell(opcode, 0, payload);
    }

    @Override
    public void close(int code, String reason) {
      assertThat(code == CloseCode.NO_STATUS ? reason.isEmpty() : CloseCode.mayTravel(code))
          .as("a close has a code that may travel, or neither code nor reason")
          .isTrue();
      tell(Opcode.CLOSE, code, Buffer.buffer(reason));
    }

    @Override
    public void violation(int code, String reason) {
      assertThat(code)
          .isIn(Set.of(CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_PAYLOAD, CloseCode.TOO_BIG));
      assertThat(reason).isNotBlank();
      tell(VIOLATION, code, Buffer.buffer());
    }
  }

  private static boolean isUtf8(Buffer bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes()));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static List<Told> read(byte[] bytes, BiConsumer<byte[], Consumer<Buffer>> cut) {
    Recorder recorder = new Recorder();
    FrameReader reader = new FrameReader(MAX_FRAME, MAX_MESSAGE, recorder);
    cut.accept(bytes, reader::feed);
    return recorder.told;
  }

  /** Reads with a pause after each piece, in which nothing is reported. */
  private static List<Told> readWithPauses(byte[] bytes) {
    Recorder recorder = new Recorder();
    FrameReader reader = new FrameReader(MAX_FRAME, MAX_MESSAGE, recorder);
    Cuts.anywhere(
        bytes,
        piece -> {
          reader.suspend();
          int before = recorder.told.size();
          reader.feed(piece);
          assertThat(recorder.told).as("reported in a pause").hasSize(before);
          reader.resume();
        });
    return recorder.told;
  }

  @FuzzTest
  void read(byte[] bytes) {
    List<Told> whole = read(bytes, Cuts::whole);
    assertThat(read(bytes, Cuts::single)).as("byte by byte").isEqualTo(whole);
    assertThat(read(bytes, Cuts::anywhere)).as("cut anywhere").isEqualTo(whole);
    assertThat(readWithPauses(bytes)).as("with pauses").isEqualTo(whole);
    Allocation.isBounded(bytes.length, () -> read(bytes, Cuts::whole));
    List<Told> accepted = whole.stream().takeWhile(told -> told.what != VIOLATION).toList();
    assertThat(read(frames(accepted), Cuts::whole)).as("sent again").isEqualTo(accepted);
    checkSent(Buffer.buffer(bytes));
  }

  /** Any payload arrives as it was sent, or is refused for its one error. */
  private static void checkSent(Buffer payload) {
    boolean fits = payload.length() <= MAX_MESSAGE;
    Told binary = new Told(Opcode.BINARY, 0, payload);
    Told tooBig = new Told(VIOLATION, CloseCode.TOO_BIG, Buffer.buffer());
    assertThat(read(frames(List.of(binary)), Cuts::anywhere))
        .containsExactly(fits ? binary : tooBig);
    Told text = new Told(Opcode.TEXT, 0, payload);
    List<Told> told = read(frames(List.of(text)), Cuts::anywhere);
    if (isUtf8(payload)) {
      assertThat(told).containsExactly(fits ? text : tooBig);
    } else {
      Told invalid = new Told(VIOLATION, CloseCode.INVALID_PAYLOAD, Buffer.buffer());
      assertThat(told).hasSize(1).isSubsetOf(fits ? List.of(invalid) : List.of(invalid, tooBig));
    }
  }

  private static byte[] frames(List<Told> accepted) {
    Buffer bytes = Buffer.buffer();
    for (Told told : accepted) {
      Buffer payload = told.payload;
      if (told.what == Opcode.CLOSE && told.code != CloseCode.NO_STATUS) {
        payload = Buffer.buffer().appendUnsignedShort(told.code).appendBuffer(payload);
      }
      int half = Opcode.isControl(told.what) ? 0 : payload.length() / 2;
      if (half > 0) {
        append(bytes, told.what, payload.getBuffer(0, half));
        append(bytes, 0x80, payload.getBuffer(half, payload.length()));
      } else {
        append(bytes, 0x80 | told.what, payload);
      }
    }
    return bytes.getBytes();
  }

  /** A client's frame, masked. */
  private static void append(Buffer bytes, int first, Buffer payload) {
    bytes.appendByte((byte) first);
    if (payload.length() <= FrameWriter.MAX_CONTROL) {
      bytes.appendByte((byte) (0x80 | payload.length()));
    } else {
      bytes.appendByte((byte) (0x80 | 126)).appendUnsignedShort(payload.length());
    }
    int mask = 0x37FA213D;
    bytes.appendInt(mask);
    for (int i = 0; i < payload.length(); i++) {
      bytes.appendByte((byte) (payload.getByte(i) ^ mask >>> (24 - i % 4 * 8)));
    }
  }
}

package io.millrace.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameReaderPropertyTest {
  private static final int MAX_FRAME = 5_000;
  private static final int MAX_MESSAGE = 8_000;
  private static final String[] ALPHABET = {"a", "Z", "é", "한", "€", "😀", "\0", "\n"};

  private final Random random = new Random(42);

  @Test
  void whatWasSentIsToldHoweverItWasFragmentedMaskedAndCut() {
    for (int round = 0; round < 500; round++) {
      List<String> expected = new ArrayList<>();
      Buffer wire = Buffer.buffer();
      for (int messages = random.nextInt(8); messages >= 0; messages--) {
        addMessage(wire, expected);
      }
      assertThat(readCutAnywhere(wire)).as("round %d", round).isEqualTo(expected);
    }
  }

  @Test
  void cuttingChangesNothingWhateverTheBytes() {
    int violations = 0;
    for (int round = 0; round < 20_000; round++) {
      Buffer wire = Buffer.buffer();
      addMessage(wire, new ArrayList<>());
      addMessage(wire, new ArrayList<>());
      for (int damage = random.nextInt(3); damage >= 0; damage--) {
        wire.setByte(random.nextInt(Math.min(wire.length(), 40)), (byte) random.nextInt(256));
      }
      List<String> whole = Recorder.read(wire.copy(), MAX_FRAME, MAX_MESSAGE);
      assertThat(readCutAnywhere(wire)).as("round %d", round).isEqualTo(whole);
      violations += (int) whole.stream().filter(event -> event.startsWith("violation")).count();
    }
    assertThat(violations).as("the damage shows").isGreaterThan(5_000);
  }

  private void addMessage(Buffer wire, List<String> expected) {
    boolean isText = random.nextBoolean();
    Buffer payload = isText ? randomText() : randomBytes(random.nextInt(300));
    String event = isText ? "text " + payload : "binary " + Recorder.hex(payload);
    int opcode = isText ? Opcode.TEXT : Opcode.BINARY;
    int at = 0;
    while (random.nextInt(3) > 0) {
      int end = at + random.nextInt(payload.length() - at + 1);
      addFrame(wire, ClientFrame.frame(opcode, payload.getBuffer(at, end)).more());
      addControl(wire, expected);
      opcode = Opcode.CONTINUATION;
      at = end;
    }
    addFrame(wire, ClientFrame.frame(opcode, payload.getBuffer(at, payload.length())));
    expected.add(event);
    addControl(wire, expected);
  }

  private void addControl(Buffer wire, List<String> expected) {
    if (random.nextInt(4) == 0) {
      boolean isPing = random.nextBoolean();
      Buffer payload = randomBytes(random.nextInt(126));
      addFrame(wire, ClientFrame.frame(isPing ? Opcode.PING : Opcode.PONG, payload));
      expected.add((isPing ? "ping " : "pong ") + Recorder.hex(payload));
    }
  }

  private void addFrame(Buffer wire, ClientFrame frame) {
    wire.appendBuffer(frame.masked(random.nextInt(8) == 0 ? 0 : random.nextInt()).bytes());
  }

  private List<String> readCutAnywhere(Buffer wire) {
    Recorder recorder = new Recorder();
    FrameReader reader = new FrameReader(MAX_FRAME, MAX_MESSAGE, recorder);
    for (int at = 0; at < wire.length(); ) {
      int end = Math.min(wire.length(), at + 1 + random.nextInt(random.nextBoolean() ? 4 : 400));
      reader.feed(wire.getBuffer(at, end));
      at = end;
    }
    return recorder.events;
  }

  private Buffer randomText() {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(200); length > 0; length--) {
      text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
    }
    return Buffer.buffer(text.toString());
  }

  private Buffer randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Buffer.buffer(bytes);
  }
}

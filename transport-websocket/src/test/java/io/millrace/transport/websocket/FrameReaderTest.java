package io.millrace.transport.websocket;

import static io.millrace.transport.websocket.ClientFrame.binary;
import static io.millrace.transport.websocket.ClientFrame.bytes;
import static io.millrace.transport.websocket.ClientFrame.close;
import static io.millrace.transport.websocket.ClientFrame.continuation;
import static io.millrace.transport.websocket.ClientFrame.frame;
import static io.millrace.transport.websocket.ClientFrame.ping;
import static io.millrace.transport.websocket.ClientFrame.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each case is read at once and byte by byte. */
class FrameReaderTest {
  private static final int MAX_FRAME = 70_000;
  private static final int MAX_MESSAGE = 100_000;

  @Test
  void readsTheMaskedHelloOfTheRfc() {
    Buffer hello =
        Buffer.buffer(
            new byte[] {
              (byte) 0x81,
              (byte) 0x85,
              0x37,
              (byte) 0xfa,
              0x21,
              0x3d,
              0x7f,
              (byte) 0x9f,
              0x4d,
              0x51,
              0x58
            });
    assertReads(hello, "text Hello");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 125, 126, 127, 128, 65_535, 65_536})
  void readsPayloadsOfAnyLengthUnderAnyMask(int length) {
    String payload = "0123456789abcdef".repeat(length / 16 + 1).substring(0, length);
    assertReads(bytes(text(payload), text("next")), "text " + payload, "text next");
    assertReads(bytes(text(payload).masked(0)), "text " + payload);
    assertReads(bytes(text(payload).masked(0x80FF007F)), "text " + payload);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void takesALengthInMoreOctetsThanNeeded(int octets) {
    assertReads(text("Hello").bytes(octets), "text Hello");
  }

  @Test
  void readsBinaryAsItIs() {
    assertReads(bytes(binary((byte) 0xFF, (byte) 0, (byte) 0x80)), "binary ff0080");
  }

  @Test
  void joinsFragments() {
    assertReads(
        bytes(text("Hel").more(), continuation("l").more(), continuation("o")), "text Hello");
  }

  @Test
  void takesEmptyFragmentsAndEmptyMessages() {
    assertReads(
        bytes(
            text("").more(),
            continuation("").more(),
            continuation(""),
            text("a").more(),
            continuation(""),
            text("").more(),
            continuation("b"),
            binary()),
        "text ",
        "text a",
        "text b",
        "binary ");
  }

  @Test
  void tellsControlFramesBetweenFragmentsAtOnce() {
    assertReads(
        bytes(
            text("Hel").more(), ping("p"), frame(Opcode.PONG, Buffer.buffer()), continuation("lo")),
        "ping 70",
        "pong ",
        "text Hello");
    assertReads(bytes(text("Hel").more(), close(1000, "")), "close 1000 ");
  }

  @Test
  void takesAControlFrameOf125BytesAndNoMore() {
    assertReads(bytes(ping("p".repeat(125))), "ping " + "70".repeat(125));
    assertReads(bytes(ping("p".repeat(126))), "violation 1002");
    assertReads(ping("p").bytes(2), "violation 1002");
  }

  @Test
  void refusesAFragmentedControlFrame() {
    assertReads(bytes(ping("p").more()), "violation 1002");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void refusesReservedBits(int bits) {
    assertReads(bytes(text("a").reserved(bits)), "violation 1002");
    assertReads(bytes(ping("a").reserved(bits)), "violation 1002");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
  void refusesReservedOpcodes(int opcode) {
    assertReads(bytes(frame(opcode, Buffer.buffer("a"))), "violation 1002");
  }

  @Test
  void refusesAFrameThatIsNotMasked() {
    assertReads(bytes(text("a").unmasked()), "violation 1002");
    assertReads(bytes(ping("").unmasked()), "violation 1002");
  }

  @Test
  void refusesAContinuationOfNothing() {
    assertReads(bytes(continuation("a")), "violation 1002");
    assertReads(bytes(text("a"), continuation("b")), "text a", "violation 1002");
  }

  @Test
  void refusesAMessageInsideAMessage() {
    assertReads(bytes(text("a").more(), text("b")), "violation 1002");
    assertReads(bytes(binary((byte) 1).more(), text("b")), "violation 1002");
  }

  @Test
  void refusesALengthWithItsHighestBitSet() {
    assertReads(text("").header(8, Long.MIN_VALUE), "violation 1002");
    assertReads(text("").header(8, -1), "violation 1002");
  }

  @Test
  void refusesAFrameByItsHeaderAloneWhenItIsTooBig() {
    assertReads(text("").header(8, MAX_FRAME + 1), "violation 1009");
    assertReads(text("").header(8, Long.MAX_VALUE), "violation 1009");
    assertReads(bytes(text("a".repeat(MAX_FRAME))), "text " + "a".repeat(MAX_FRAME));
  }

  @Test
  void refusesAMessageByTheHeaderOfTheFrameThatMakesItTooBig() {
    Buffer begun = bytes(text("a".repeat(60_000)).more());
    assertReads(begun.copy().appendBuffer(continuation("").header(2, 40_001)), "violation 1009");
    assertReads(
        begun.copy().appendBuffer(bytes(continuation("a".repeat(40_000)))),
        "text " + "a".repeat(100_000));
  }

  @Test
  void countsEachMessageByItself() {
    String most = "a".repeat(60_000);
    assertReads(bytes(text(most), text(most)), "text " + most, "text " + most);
  }

  @Test
  void refusesTextAtTheFirstByteThatIsNotUtf8() {
    Buffer half = frame(Opcode.TEXT, Buffer.buffer(new byte[100]).setByte(3, (byte) 0xFF)).bytes();
    assertReads(half.getBuffer(0, 6 + 4), "violation 1007");
  }

  @Test
  void refusesTextThatEndsWithinACharacter() {
    byte[] euro = {(byte) 0xE2, (byte) 0x82, (byte) 0xAC};
    assertReads(bytes(frame(Opcode.TEXT, Buffer.buffer(euro).getBuffer(0, 2))), "violation 1007");
    assertReads(
        bytes(frame(Opcode.TEXT, Buffer.buffer(euro).getBuffer(0, 2)).more(), continuation("")),
        "violation 1007");
    assertReads(
        bytes(
            frame(Opcode.TEXT, Buffer.buffer(euro).getBuffer(0, 1)).more(),
            ping(""),
            frame(Opcode.CONTINUATION, Buffer.buffer(euro).getBuffer(1, 3))),
        "ping ",
        "text €");
  }

  @Test
  void readsTheCodeAndTheReasonOfAClose() {
    assertReads(bytes(close(1000, "bye 안녕")), "close 1000 bye 안녕");
    assertReads(bytes(frame(Opcode.CLOSE, Buffer.buffer())), "close 1005 ");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
        4999
      })
  void takesTheCloseCodesThatMayBeSent(int code) {
    assertReads(bytes(close(code, "")), "close " + code + " ");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535})
  void refusesAllOtherCloseCodes(int code) {
    assertReads(bytes(close(code, "")), "violation 1002", "close 1005 ");
  }

  @Test
  void refusesACloseOfOneByte() {
    Buffer one = Buffer.buffer(new byte[] {3});
    assertReads(bytes(frame(Opcode.CLOSE, one)), "violation 1002", "close 1005 ");
  }

  @Test
  void refusesACloseReasonThatIsNotUtf8() {
    Buffer bad = Buffer.buffer().appendUnsignedShort(1000).appendByte((byte) 0xC3);
    assertReads(bytes(frame(Opcode.CLOSE, bad)), "violation 1007", "close 1005 ");
  }

  @Test
  void readsNothingAfterAClose() {
    assertReads(bytes(close(1000, ""), text("a"), close(1001, "")), "close 1000 ");
  }

  @Test
  void skipsAllAfterAViolationButTheClose() {
    assertReads(
        bytes(
            text("a").reserved(4),
            text("b"),
            ping("c"),
            binary((byte) 1).unmasked(),
            close(1002, "d"),
            text("e")),
        "violation 1002",
        "close 1005 ");
  }

  @Test
  void tellsNothingWhileSuspendedAndAllOfItAfter() {
    Recorder recorder = new Recorder();
    FrameReader reader = new FrameReader(MAX_FRAME, MAX_MESSAGE, recorder);
    reader.suspend();
    Buffer all = bytes(text("a"), text("b"), ping(""));
    reader.feed(all.getBuffer(0, 9));
    reader.feed(all.getBuffer(9, all.length()));
    assertThat(recorder.events).isEmpty();
    reader.resume();
    assertThat(recorder.events).containsExactly("text a", "text b", "ping ");
  }

  @Test
  void canBeSuspendedByTheListenerBetweenTwoMessagesOfOneChunk() {
    Stopping listener = new Stopping();
    FrameReader reader = listener.reader;
    reader.feed(bytes(text("a"), text("b"), text("c")));
    assertThat(listener.events).containsExactly("text a");
    reader.resume();
    assertThat(listener.events).containsExactly("text a", "text b");
    reader.feed(bytes(text("d")));
    reader.resume();
    reader.resume();
    assertThat(listener.events).containsExactly("text a", "text b", "text c", "text d");
  }

  @Test
  void skipsWhatItHeldWhenToldToDiscard() {
    Recorder recorder = new Recorder();
    FrameReader reader = new FrameReader(MAX_FRAME, MAX_MESSAGE, recorder);
    reader.suspend();
    reader.feed(bytes(text("a"), close(1000, "")));
    reader.discard();
    reader.resume();
    assertThat(recorder.events).containsExactly("close 1005 ");
  }

  @Test
  void handsOutBuffersThatShareNothing() {
    List<Buffer> texts = new ArrayList<>();
    FrameReader reader =
        new FrameReader(
            MAX_FRAME,
            MAX_MESSAGE,
            new Delegate(new Recorder()) {
              @Override
              public void text(Buffer utf8) {
                texts.add(utf8.appendString("!"));
              }
            });
    reader.feed(bytes(text(""), text(""), text("a")));
    assertThat(texts).extracting(Buffer::toString).containsExactly("!", "!", "a!");
  }

  private static void assertReads(Buffer bytes, String... events) {
    assertThat(Recorder.read(bytes, MAX_FRAME, MAX_MESSAGE)).containsExactly(events);
    assertThat(Recorder.read(bytes, MAX_FRAME, MAX_MESSAGE, 1)).containsExactly(events);
  }

  /** Suspends its reader at each text. */
  private static final class Stopping extends Delegate {
    final List<String> events;
    final FrameReader reader;

    Stopping() {
      this(new Recorder());
    }

    private Stopping(Recorder recorder) {
      super(recorder);
      events = recorder.events;
      reader = new FrameReader(MAX_FRAME, MAX_MESSAGE, this);
    }

    @Override
    public void text(Buffer utf8) {
      super.text(utf8);
      reader.suspend();
    }
  }

  private static class Delegate implements FrameReader.Listener {
    private final Recorder recorder;

    Delegate(Recorder recorder) {
      this.recorder = recorder;
    }

    @Override
    public void text(Buffer utf8) {
      recorder.text(utf8);
    }

    @Override
    public void binary(Buffer payload) {
      recorder.binary(payload);
    }

    @Override
    public void ping(Buffer payload) {
      recorder.ping(payload);
    }

    @Override
    public void pong(Buffer payload) {
      recorder.pong(payload);
    }

    @Override
    public void close(int code, String reason) {
      recorder.close(code, reason);
    }

    @Override
    public void violation(int code, String reason) {
      recorder.violation(code, reason);
    }
  }
}

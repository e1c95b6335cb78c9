package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.Message;
import io.millrace.fuzz.Allocation;
import io.millrace.fuzz.Cuts;
import io.millrace.fuzz.Messages;
import io.millrace.spi.remote.BrokerException;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Fuzzes what a broker sends, and the messages in it. */
class StompDecoderFuzzTest {

  private static final int MAX_BODY = 200;
  private static final int SHORT = 50;
  private static final Pattern UNUSUAL = Pattern.compile(".*[\\x00\\r\\n].*", Pattern.DOTALL);

  /** What was read, and why reading stopped. */
  private record Read(List<StompFrame> frames, String refusal) {}

  private static Read read(
      byte[] bytes, StompVersion version, BiConsumer<byte[], Consumer<Buffer>> cut) {
    List<StompFrame> frames = new ArrayList<>();
    StompDecoder decoder = new StompDecoder(MAX_BODY, frames::add);
    decoder.setVersion(version);
    try {
      cut.accept(bytes, decoder::handle);
      return new Read(frames, "");
    } catch (BrokerException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return new Read(frames, refused.getMessage());
    }
  }

  @FuzzTest
  void read(byte[] bytes) {
    for (StompVersion version : StompVersion.values()) {
      Read whole = read(bytes, version, Cuts::whole);
      assertThat(read(bytes, version, Cuts::single)).as("byte by byte").isEqualTo(whole);
      assertThat(read(bytes, version, Cuts::anywhere)).as("cut anywhere").isEqualTo(whole);
      Allocation.isBounded(bytes.length, () -> read(bytes, version, Cuts::whole));
      checkBody(Buffer.buffer(bytes), version);
      for (StompFrame frame : whole.frames) {
        checkFrame(frame);
        checkSentAgain(frame, version);
      }
    }
    for (StompFrame frame : read(bytes, StompVersion.V1_2, Cuts::whole).frames) {
      Optional<Message> message = Messages.read(() -> StompMessages.read(frame, Integer.MAX_VALUE));
      if (message.isPresent()) {
        checkTravels(message.get());
      }
      Messages.isLimited(SHORT, () -> StompMessages.read(frame, SHORT));
    }
  }

  private static void checkFrame(StompFrame frame) {
    assertThat(frame.command()).matches("[A-Z]{1,32}");
    assertThat(frame.headers()).hasSizeLessThanOrEqualTo(StompDecoder.MAX_HEADERS);
    assertThat(frame.body().length()).isLessThanOrEqualTo(MAX_BODY);
    if (frame.isFlawed()) {
      assertThat(frame.body().length()).as("a body that nobody reads").isZero();
    }
  }

  /** Everything that can be sent in this version arrives unchanged. */
  private static void checkSentAgain(StompFrame frame, StompVersion version) {
    if (frame.isFlawed() || StompFrame.isPlain(frame.command())) {
      return;
    }
    Map<String, String> headers = new LinkedHashMap<>(frame.headers());
    headers.remove(StompFrame.CONTENT_LENGTH);
    Buffer sent;
    try {
      sent = new StompFrame(frame.command(), headers, frame.body()).encode(version);
    } catch (IllegalArgumentException hasNoForm) {
      assertThat(headers.toString()).as("what no version or an old one escapes").matches(UNUSUAL);
      return;
    }
    Read again = read(sent.getBytes(), version, Cuts::whole);
    if (frame.body().length() > 0) {
      headers.put(StompFrame.CONTENT_LENGTH, Integer.toString(frame.body().length()));
    }
    assertThat(again)
        .isEqualTo(new Read(List.of(new StompFrame(frame.command(), headers, frame.body())), ""));
  }

  /** Any body arrives unchanged, or is left out if it is too long; what follows it arrives. */
  private static void checkBody(Buffer body, StompVersion version) {
    Map<String, String> headers = new LinkedHashMap<>(Map.of("destination", "/topic/a"));
    StompFrame next = new StompFrame("RECEIPT", Map.of("receipt-id", "1"));
    Buffer sent =
        new StompFrame(StompFrame.MESSAGE, headers, body)
            .encode(version)
            .appendBuffer(next.encode(version));
    Read read = read(sent.getBytes(), version, Cuts::anywhere);
    assertThat(read.refusal).isEmpty();
    assertThat(read.frames).hasSize(2).last().isEqualTo(next);
    StompFrame frame = read.frames.get(0);
    assertThat(frame.isFlawed()).isEqualTo(body.length() > MAX_BODY);
    assertThat(frame.body()).isEqualTo(frame.isFlawed() ? Buffer.buffer() : body);
  }

  /** Another node reads the same message. */
  private static void checkTravels(Message message) {
    StompFrame frame =
        new StompFrame(
            StompFrame.MESSAGE, new HashMap<>(MessageHeaders.write(message)), message.data());
    List<StompFrame> frames = new ArrayList<>();
    new StompDecoder(Integer.MAX_VALUE, frames::add).handle(frame.encode(StompVersion.V1_2));
    assertThat(frames).hasSize(1);
    Messages.same(StompMessages.read(frames.get(0), Integer.MAX_VALUE), message);
  }
}

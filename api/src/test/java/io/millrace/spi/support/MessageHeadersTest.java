package io.millrace.spi.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Priority;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageHeadersTest {

  private static final Buffer BINARY = Buffer.buffer(new byte[] {0, (byte) 0xff, '{', '}', 10});

  private static Message read(String name, String value) {
    return MessageHeaders.read(Map.of(name, value), Buffer.buffer("1"));
  }

  private static Message typed(String contentType, Buffer body) {
    return MessageHeaders.read(Map.of("content-type", contentType), body);
  }

  private static Message untyped(Buffer body) {
    return MessageHeaders.read(Map.of(), body);
  }

  private static void same(Message message, Message expected) {
    assertThat(message.data()).isEqualTo(expected.data());
    assertThat(message.isJson()).isEqualTo(expected.isJson());
    assertThat(message.event()).isEqualTo(expected.event());
    assertThat(message.priority()).isEqualTo(expected.priority());
    assertThat(message.time()).isEqualTo(expected.time());
    assertThat(message.key()).isEqualTo(expected.key());
  }

  private static void refused(Runnable reading) {
    assertThatThrownBy(reading::run)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST);
              assertThat(e).hasMessageMatching("(?s).{10,}");
            });
  }

  @Test
  void whatAMessageSaysTravelsInHeaders() {
    assertThat(
            MessageHeaders.write(
                Message.json("vote", 217)
                    .withKey("k_-1")
                    .withPriority(Priority.HIGH)
                    .withTime(Instant.ofEpochMilli(1_764_000_000_123L))))
        .containsExactly(
            Map.entry("content-type", "application/json"),
            Map.entry("millrace-event", "vote"),
            Map.entry("millrace-key", "k_-1"),
            Map.entry("millrace-priority", "high"),
            Map.entry("millrace-time", "1764000000123"));
    assertThat(MessageHeaders.write(Message.bytes(BINARY)))
        .containsExactly(Map.entry("content-type", "application/octet-stream"));
  }

  @Test
  void aMessageComesOutAsItWentIn() {
    for (Message message :
        new Message[] {
          Message.json("투표: a:b\\c\td", "한글"),
          Message.jsonText(Buffer.buffer("{\"b\":1.0,\"a\":[]}")),
          Message.json("a\rb\r\nc").withPriority(Priority.LOW),
          Message.jsonText(Buffer.buffer("null")).withKey("k"),
          Message.bytes(BINARY).withEvent(" file ").withTime(Instant.EPOCH),
          Message.bytes(Buffer.buffer()).withTime(Instant.ofEpochMilli(-1)),
          Message.bytes(Buffer.buffer("true"))
        }) {
      same(MessageHeaders.read(MessageHeaders.write(message), message.data()), message);
    }
  }

  @Test
  void aForeignMessageIsJsonElseTextElseBytes() {
    same(untyped(Buffer.buffer(" {\"a\": 1.0}\n")), Message.jsonText(Buffer.buffer("{\"a\":1.0}")));
    same(untyped(Buffer.buffer("안녕")), Message.json("안녕"));
    same(untyped(Buffer.buffer("{\"a\":")), Message.json("{\"a\":"));
    same(untyped(BINARY), Message.bytes(BINARY));
    same(untyped(Buffer.buffer()), Message.json(""));
    same(typed("", Buffer.buffer("1")), Message.json(1));
    same(typed("application/xml", Buffer.buffer("<a/>")), Message.json("<a/>"));
    same(typed("image/png", BINARY), Message.bytes(BINARY));
    same(typed("what is this", Buffer.buffer("[]")), Message.jsonText(Buffer.buffer("[]")));
  }

  @Test
  void theContentTypeDecides() {
    Buffer one = Buffer.buffer("1");
    same(typed("text/plain", one), Message.json("1"));
    same(typed("Text/HTML ; Charset=\"utf-8\"", one), Message.json("1"));
    same(typed("application/octet-stream", one), Message.bytes(one));
    same(typed("Application/JSON; charset=utf-8", one), Message.json(1));
    same(typed("application/cloudevents+json", one), Message.json(1));
    same(typed("text/plain", Buffer.buffer()), Message.json(""));
    same(typed("application/octet-stream", Buffer.buffer()), Message.bytes(Buffer.buffer()));
    Buffer korean = Buffer.buffer("안녕".getBytes(Charset.forName("EUC-KR")));
    same(typed("text/plain;charset=euc-kr", korean), Message.json("안녕"));
  }

  @Test
  void aBodyThatIsNotWhatItIsSaidToBeIsRefused() {
    refused(() -> typed("application/json", Buffer.buffer("{")));
    refused(() -> typed("application/json", Buffer.buffer()));
    refused(() -> typed("text/plain", BINARY));
    refused(() -> typed("text/plain;charset=us-ascii", Buffer.buffer("안녕")));
    refused(() -> typed("text/plain;charset=no-such", Buffer.buffer("a")));
    refused(() -> typed("text/plain;charset=!", Buffer.buffer("a")));
  }

  @ParameterizedTest
  @CsvSource({
    "millrace-event, open",
    "millrace-event, error",
    "millrace-event, millrace.gap",
    "millrace-event, ''",
    "millrace-key, a b",
    "millrace-key, ''",
    "millrace-key, 한",
    "millrace-priority, HIGH",
    "millrace-priority, ''",
    "millrace-priority, 9",
    "millrace-time, ''",
    "millrace-time, soon",
    "millrace-time, 1.5",
    "millrace-time, 2026-01-01T00:00:00Z"
  })
  void aHeaderThatMayNotBeUsedIsRefused(String name, String value) {
    refused(() -> read(name, value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\rb", "a\u0000b"})
  void anEventThatWouldBreakAFrameIsRefused(String event) {
    refused(() -> read("millrace-event", event));
  }

  @Test
  void theFurthestTimesAreTaken() {
    for (String time : new String[] {"9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z"}) {
      Message message = Message.json(1).withTime(Instant.parse(time));
      same(MessageHeaders.read(MessageHeaders.write(message), message.data()), message);
    }
  }

  /** Microseconds and nanoseconds, as other programs count, and nonsense. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1800000000000000",
        "1800000000000000000",
        "253402300800000",
        "-62167219200001",
        "-9223372036854775808",
        "99999999999999999999"
      })
  void aTimeThatCannotBeIsNone(String time) {
    same(read("millrace-time", time), Message.json(1));
  }

  @Test
  void textThatIsDecodedAlreadyIsNotDecodedAgain() {
    for (String type :
        new String[] {
          "text/plain; charset=iso-8859-1",
          "Text/Plain;CHARSET=\"ISO-8859-1\"",
          "text/plain; charset=utf-16",
          "text/plain; charset=no-such",
          "text/plain"
        }) {
      same(unicode(Map.of("content-type", type), "é안"), Message.json("é안"));
    }
    Map<String, String> json = Map.of("content-type", "application/json; charset=iso-8859-1");
    same(unicode(json, "\"é\""), Message.json("é"));
    same(unicode(Map.of(), "7"), Message.json(7));
  }

  private static Message unicode(Map<String, String> headers, String text) {
    return MessageHeaders.readUnicode(headers, Buffer.buffer(text));
  }

  @Test
  void bytesAreDecodedByTheCharsetTheyName() {
    for (String name : new String[] {"iso-8859-1", "ISO-8859-1", "\"latin1\"", "windows-1252"}) {
      Buffer latin = Buffer.buffer(new byte[] {(byte) 0xe9});
      same(typed("text/plain; charset=" + name, latin), Message.json("é"));
    }
    for (String name : new String[] {"UTF-16", "utf-16be", "utf-16le", "UTF-32"}) {
      Buffer wide = Buffer.buffer("é안".getBytes(Charset.forName(name)));
      same(typed("text/plain;charset=" + name, wide), Message.json("é안"));
    }
    byte[] marked = {(byte) 0xff, (byte) 0xfe, (byte) 0xe9, 0};
    same(typed("text/plain;charset=\"utf-16\"", Buffer.buffer(marked)), Message.json("é"));
  }

  @Test
  void headersOfOthersAreIgnored() {
    same(
        MessageHeaders.read(
            Map.of("destination", "/topic/a", "Millrace-Key", "!", "x\n", "\r:"),
            Buffer.buffer("1")),
        Message.json(1));
  }

  @Test
  void aByteOrderMarkBeforeJsonIsIgnored() {
    Buffer marked = Buffer.buffer("\uFEFF{\"a\": 1}");
    Message said = MessageHeaders.read(Map.of("content-type", "application/json"), marked);
    assertThat(said.data().toString()).isEqualTo("{\"a\":1}");
    assertThat(MessageHeaders.read(Map.of(), marked).data()).isEqualTo(said.data());
    // Of text it is a part, and alone it is no JSON.
    assertThat(MessageHeaders.read(Map.of(), Buffer.buffer("\uFEFFa")).json()).contains("\uFEFFa");
    assertThatThrownBy(
            () ->
                MessageHeaders.read(
                    Map.of("content-type", "application/json"), Buffer.buffer("\uFEFF")))
        .isInstanceOf(MillraceException.class);
  }
}

package io.millrace.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Member;
import io.millrace.Message;
import io.millrace.spi.Batch;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchFramingTest {

  private record Held(Cursor cursor, String channel, Message message) implements Entry {}

  private static final Batch QUIET =
      new Batch(new Cursor("k3", 95), Optional.empty(), false, false, List.of(), Optional.empty());

  private final BatchFraming framing = BatchFraming.INSTANCE;

  @Test
  void anAnswerHasItsCursorAndItsMessages() {
    assertThat(answer(QUIET)).hasToString("{\"cursor\":\"k3-95\",\"messages\":[]}");
    assertThat(answer(QUIET, Message.json("vote", 1), Message.bytes(Buffer.buffer("b"))))
        .hasToString(
            "{\"cursor\":\"k3-95\",\"messages\":["
                + "{\"channel\":\"a\",\"cursor\":\"k3-1\",\"event\":\"vote\",\"time\":1764000000000,"
                + "\"data\":1},"
                + "{\"channel\":\"a\",\"cursor\":\"k3-2\",\"time\":1764000000000,"
                + "\"base64\":\"Yg==\"}]}");
  }

  @Test
  void whatIsSoIsAdded() {
    Gap gap = new Gap(List.of("a", "b.**"), Gap.Reason.EPOCH);
    Batch full =
        new Batch(
            new Cursor("k3", 95),
            Optional.of(gap),
            true,
            true,
            List.of(
                new Signal.Presence(
                    "a",
                    Optional.of(List.of(new Member("u1", Optional.empty()))),
                    List.of(),
                    List.of(),
                    1)),
            Optional.of(Duration.ofSeconds(15)));

    assertThat(answer(full))
        .hasToString(
            "{\"cursor\":\"k3-95\",\"messages\":[],"
                + "\"gap\":{\"channels\":[\"a\",\"b.**\"],\"reason\":\"epoch\"},"
                + "\"more\":true,\"degraded\":true,\"presence\":[{\"channel\":\"a\","
                + "\"members\":[{\"user\":\"u1\"}],\"count\":1}],\"nextPoll\":15000}");
    assertThat(
            answer(
                new Batch(
                    QUIET.cursor(), Optional.empty(), true, false, List.of(), Optional.empty())))
        .hasToString("{\"cursor\":\"k3-95\",\"messages\":[],\"more\":true}");
  }

  @Test
  void aBatchHasNoSignals() {
    assertThat(framing.signal(new Signal.Degraded())).isEqualTo(Framing.NOTHING);
  }

  @Test
  void anyNumberOfAnyMessagesArrivesExactly() {
    String[] parts = {"\n", "\r", "\0", "\u2028", "한국", "🎉", "\"", "\\", "]}", ",", "\uFEFF"};
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      List<String> texts = new ArrayList<>();
      for (int count = random.nextInt(5); count > 0; count--) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
          text.append(parts[random.nextInt(parts.length)]);
        }
        texts.add(text.toString());
      }
      assertThat(data(texts.stream().map(Message::json).toArray(Message[]::new))).isEqualTo(texts);
    }
  }

  @Test
  void payloadsOfAnySizeArriveWhole() {
    String text = "이벤트1,데이터1\n".repeat(1 << 15);
    byte[] bytes = new byte[1 << 20];
    new Random(3).nextBytes(bytes);

    assertThat(data(Message.json(text), Message.json(""))).containsExactly(text, "");
    JsonArray messages =
        answer(QUIET, Message.bytes(Buffer.buffer(bytes)), Message.bytes(Buffer.buffer()))
            .toJsonObject()
            .getJsonArray("messages");
    assertThat(Base64.getDecoder().decode(messages.getJsonObject(0).getString("base64")))
        .isEqualTo(bytes);
    assertThat(messages.getJsonObject(1).getString("base64")).isEmpty();
  }

  private List<String> data(Message... messages) {
    return answer(QUIET, messages).toJsonObject().getJsonArray("messages").stream()
        .map(message -> ((JsonObject) message).getString("data"))
        .toList();
  }

  /** Joins the parts of an answer, as the engine does. */
  private Buffer answer(Batch batch, Message... messages) {
    Buffer answer = Buffer.buffer().appendBuffer(framing.prefix(batch));
    int seq = 0;
    for (Message message : messages) {
      if (seq > 0) {
        answer.appendBuffer(framing.separator());
      }
      Message sent = message.withTime(Instant.ofEpochMilli(1_764_000_000_000L));
      answer.appendBuffer(framing.entry(new Held(new Cursor("k3", ++seq), "a", sent)));
    }
    return answer.appendBuffer(framing.suffix(batch));
  }
}

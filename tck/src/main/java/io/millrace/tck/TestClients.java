package io.millrace.tck;

import io.millrace.Message;
import io.millrace.spi.support.JsonFrames;
import io.millrace.tck.TestClient.Ability;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The clients of Millrace's own transports. Immutable; each opens any number of connections. */
public final class TestClients {

  private static final Set<Ability> ENVELOPE =
      Set.of(Ability.CHANNEL, Ability.EVENT, Ability.CURSOR, Ability.GAP);
  private static final Set<Ability> FRAMES =
      Set.of(Ability.CHANNEL, Ability.EVENT, Ability.CURSOR, Ability.GAP, Ability.STATE);

  private TestClients() {}

  /** {@return a browser's EventSource: server-sent events, the payload alone} */
  public static TestClient ssePlain() {
    return new Client(
        Map.of("Accept", "text/event-stream", "Cache-Control", "no-cache"),
        "",
        () -> new SseCodec(false),
        Set.of(Ability.EVENT, Ability.CURSOR, Ability.GAP),
        TestClients::eventStreamText);
  }

  /** {@return server-sent events with envelopes} */
  public static TestClient sseEnvelope() {
    return new Client(
        Map.of("Accept", "text/event-stream"),
        "format=envelope",
        () -> new SseCodec(true),
        FRAMES,
        Message::data);
  }

  /** {@return a reader of {@code application/x-ndjson}} */
  public static TestClient stream() {
    return new Client(
        Map.of("Accept", "application/x-ndjson"), "", LineCodec::new, FRAMES, Message::data);
  }

  /** {@return a client that asks again after each answer, and whose requests are held} */
  public static TestClient longPoll() {
    return new Client(
        Map.of("Accept", "application/json", "Prefer", "wait=25"),
        "",
        BatchCodec::new,
        Set.of(Ability.CHANNEL, Ability.EVENT, Ability.CURSOR, Ability.GAP, Ability.HOLD),
        Message::data);
  }

  /** {@return a client that asks again and again, and is answered at once} */
  public static TestClient poll() {
    return new Client(
        Map.of("Accept", "application/json"), "", BatchCodec::new, ENVELOPE, Message::data);
  }

  /** {@return a WebSocket with the subprotocol {@code millrace.v1}} */
  public static TestClient webSocket() {
    return new Client(
        upgrade(Map.of("Sec-WebSocket-Protocol", "millrace.v1")),
        "",
        () -> new WebSocketCodec(false),
        FRAMES,
        Message::data);
  }

  /** {@return a WebSocket without a subprotocol: the payload alone, and no cursor} */
  public static TestClient webSocketPlain() {
    return new Client(
        upgrade(Map.of()), "", () -> new WebSocketCodec(true), Set.of(), JsonFrames::payload);
  }

  private static Map<String, String> upgrade(Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Connection", "Upgrade");
    headers.put("Upgrade", "websocket");
    headers.put("Sec-WebSocket-Version", "13");
    headers.put("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    return Map.copyOf(headers);
  }

  // An event stream has lines, but not their line breaks, and no bytes.
  private static Buffer eventStreamText(Message message) {
    return message.isJson()
        ? Buffer.buffer(JsonFrames.payload(message).toString().replaceAll("\r\n?", "\n"))
        : Buffer.buffer(JsonFrames.base64(message.data()));
  }

  private record Client(
      Map<String, String> headers,
      String query,
      Supplier<Codec> codecs,
      Set<Ability> abilities,
      Function<Message, Buffer> carrier)
      implements TestClient {

    @Override
    public Codec codec() {
      return codecs.get();
    }

    @Override
    public Buffer carried(Message message) {
      return carrier.apply(message);
    }
  }
}

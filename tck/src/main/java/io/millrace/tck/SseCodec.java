package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Server-sent events: the events that {@link SseParser} reads, and the ids between them. */
final class SseCodec implements Codec {

  private static final String PREFIX = "millrace.";

  private final boolean envelope;
  private final SseParser parser = new SseParser(this::onEvent);
  private final List<Frame> frames = new ArrayList<>();
  private String told = "";

  SseCodec(boolean envelope) {
    this.envelope = envelope;
  }

  @Override
  public List<Frame> decode(byte[] bytes) {
    frames.clear();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n' || i == bytes.length - 1) {
        parser.feed(Buffer.buffer(i + 1 - start).appendBytes(bytes, start, i + 1 - start));
        // A block that has only an id moves a browser's cursor without an event.
        newCursor(parser.lastEventId())
            .ifPresent(cursor -> frames.add(new Frame.Note(Optional.of(cursor), "id")));
        start = i + 1;
      }
    }
    return List.copyOf(frames);
  }

  private Optional<String> newCursor(String id) {
    if (id.equals(told)) {
      return Optional.empty();
    }
    told = id;
    return Optional.of(id).filter(cursor -> !cursor.isEmpty());
  }

  private void onEvent(SseParser.Event event) {
    Optional<String> cursor = newCursor(event.lastEventId());
    Buffer data = Buffer.buffer(event.data());
    if (event.type().startsWith(PREFIX)) {
      Map<String, Buffer> fields = JsonFrame.fields(data.getBytes());
      Frame frame = JsonFrame.typed(event.type().substring(PREFIX.length()), fields);
      frames.add(
          frame instanceof Frame.Missed missed
              ? new Frame.Missed(cursor, missed.channels(), missed.reason())
              : new Frame.Note(cursor, ((Frame.Note) frame).type()));
    } else if (envelope) {
      Frame.Delivery inner = JsonFrame.envelope(event.data().getBytes(StandardCharsets.UTF_8));
      frames.add(new Frame.Delivery(cursor, inner.channel(), inner.event(), inner.payload(), ""));
    } else {
      frames.add(new Frame.Delivery(cursor, Optional.empty(), event.type(), data, ""));
    }
  }
}

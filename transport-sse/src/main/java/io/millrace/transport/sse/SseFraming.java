package io.millrace.transport.sse;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Message;
import io.millrace.spi.Batch;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Blocks of an event stream (WHATWG HTML, section 9.2.5), each ended by a blank line. Only {@code
 * data} can contain line breaks: cursors and the names of events are checked when they are made.
 */
final class SseFraming implements Framing {

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

  private final Format format;
  private final String end;
  private final Signals signals = new Signals();

  SseFraming(Format format) {
    this(format, true);
  }

  /**
   * Makes a framing.
   *
   * @param ended whether a blank line follows fields without data, so that they are a block of
   *     their own. A browser keeps an id only from a block that has ended, and does not show a page
   *     any block without data. But some libraries take every block for an event. For them, such
   *     fields are lines before the fields of the next event
   */
  SseFraming(Format format, boolean ended) {
    this.format = format;
    this.end = ended ? "\n" : "";
  }

  @Override
  public Buffer entry(Entry entry) {
    return message(id(entry.cursor()), entry);
  }

  // Without an id, because a browser would resume from it.
  @Override
  public Buffer replayed(Entry entry, Optional<String> subscribe) {
    return message("", entry);
  }

  @Override
  public Buffer signal(Signal signal) {
    return signal.accept(signals);
  }

  // No cursor before the messages, so that a response that is cut off is asked for again. A retry
  // counts as soon as its line has arrived; the next field or event ends the block.
  @Override
  public Buffer prefix(Batch batch) {
    Buffer prefix = Buffer.buffer();
    Optional<Duration> next = batch.more() ? Optional.of(Duration.ZERO) : batch.nextPoll();
    next.ifPresent(after -> prefix.appendString(retry(after)));
    batch
        .gap()
        .ifPresent(gap -> prefix.appendBuffer(signal(new Signal.Missed(gap, Optional.empty()))));
    batch.presence().forEach(told -> prefix.appendBuffer(signal(told)));
    return batch.degraded() ? prefix.appendBuffer(signal(new Signal.Degraded())) : prefix;
  }

  @Override
  public Buffer suffix(Batch batch) {
    return told(new Signal.Heartbeat(batch.cursor(), true), id(batch.cursor()))
        .orElseGet(() -> block(id(batch.cursor())));
  }

  static String retry(Duration after) {
    return "retry: " + after.toMillis() + "\n";
  }

  /** Fields without data. */
  private Buffer block(String fields) {
    return Buffer.buffer(fields + end);
  }

  private static String id(Cursor cursor) {
    return "id: " + cursor + "\n";
  }

  private static String id(Optional<Cursor> cursor) {
    return cursor.map(SseFraming::id).orElse("");
  }

  private Buffer message(String id, Entry entry) {
    Message message = entry.message();
    // A script sees only events whose names it knows, so the envelope has the name.
    if (format == Format.ENVELOPE) {
      return event(id, JsonFrames.envelope(entry));
    }
    String event = message.event();
    String fields = event.equals(Message.DEFAULT_EVENT) ? id : id + "event: " + event + "\n";
    return event(
        fields,
        message.isJson()
            ? JsonFrames.payload(message)
            : Buffer.buffer(JsonFrames.base64(message.data())));
  }

  /** Returns a signal as an event. Only scripts that read envelopes listen for those. */
  private Optional<Buffer> told(Signal signal, String fields) {
    return format == Format.PLAIN
        ? Optional.empty()
        : Optional.of(event(fields, signal, signal.fields()));
  }

  private static Buffer event(String fields, Signal signal, JsonObject data) {
    return event(fields + "event: millrace." + signal.type() + "\n", data.toBuffer());
  }

  // In UTF-8, the bytes of CR and LF are part of no other character.
  private static Buffer event(String fields, Buffer data) {
    byte[] bytes = data.getBytes();
    Buffer event = Buffer.buffer(fields.length() + bytes.length + 16).appendString(fields);
    int start = 0;
    for (int end = 0; end <= bytes.length; end++) {
      if (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
        continue;
      }
      event.appendBytes(DATA).appendBytes(bytes, start, end - start).appendByte((byte) '\n');
      if (end + 1 < bytes.length && bytes[end] == '\r' && bytes[end + 1] == '\n') {
        end++;
      }
      start = end + 1;
    }
    return event.appendByte((byte) '\n');
  }

  private final class Signals implements Signal.Visitor<Buffer> {

    @Override
    public Buffer welcome(Signal.Welcome welcome) {
      int padding = welcome.padding();
      String comment = padding == 0 ? "" : ":" + " ".repeat(padding) + "\n";
      String fields = comment + retry(welcome.retry()) + id(welcome.cursor());
      return told(welcome, fields).orElseGet(() -> block(fields));
    }

    /** An event in both formats. Its cursor is the id. */
    @Override
    public Buffer missed(Signal.Missed missed) {
      JsonObject data = missed.fields();
      data.remove("cursor");
      return event(id(missed.cursor()), missed, data);
    }

    @Override
    public Buffer heartbeat(Signal.Heartbeat heartbeat) {
      String id = id(heartbeat.cursor());
      return told(heartbeat, id).orElseGet(() -> block(": hb\n" + (heartbeat.moved() ? id : "")));
    }

    @Override
    public Buffer goodbye(Signal.Goodbye goodbye) {
      Duration after = goodbye.ending().after();
      String retry = after.isZero() ? "" : retry(after);
      return told(goodbye, retry).orElseGet(() -> retry.isEmpty() ? NOTHING : Buffer.buffer(retry));
    }

    @Override
    public Buffer degraded(Signal.Degraded degraded) {
      return told(degraded, "").orElse(NOTHING);
    }

    @Override
    public Buffer restored(Signal.Restored restored) {
      return told(restored, "").orElse(NOTHING);
    }

    /** An event in both formats, because only those who ask for it receive it. */
    @Override
    public Buffer presence(Signal.Presence presence) {
      return event("", presence, presence.fields());
    }

    /** Nobody can send commands over an event stream. */
    @Override
    public Buffer answer(Signal.Answer answer) {
      return NOTHING;
    }
  }
}

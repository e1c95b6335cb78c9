package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Records what a {@link FrameReader} reports, one line each. */
final class Recorder implements FrameReader.Listener {
  final List<String> events = new ArrayList<>();

  @Override
  public void text(Buffer utf8) {
    events.add("text " + utf8);
  }

  @Override
  public void binary(Buffer payload) {
    events.add("binary " + hex(payload));
  }

  @Override
  public void ping(Buffer payload) {
    events.add("ping " + hex(payload));
  }

  @Override
  public void pong(Buffer payload) {
    events.add("pong " + hex(payload));
  }

  @Override
  public void close(int code, String reason) {
    events.add("close " + code + " " + reason);
  }

  @Override
  public void violation(int code, String reason) {
    events.add("violation " + code);
  }

  static String hex(Buffer buffer) {
    return HexFormat.of().formatHex(buffer.getBytes());
  }

  /** What is reported for these bytes if they arrive at once. */
  static List<String> read(Buffer bytes, int maxFrame, int maxMessage) {
    return read(bytes, maxFrame, maxMessage, bytes.length());
  }

  /** What is reported for these bytes if they arrive in pieces of this size. */
  static List<String> read(Buffer bytes, int maxFrame, int maxMessage, int piece) {
    Recorder recorder = new Recorder();
    FrameReader reader = new FrameReader(maxFrame, maxMessage, recorder);
    for (int at = 0; at < bytes.length(); at += piece) {
      reader.feed(bytes.getBuffer(at, Math.min(at + piece, bytes.length())));
    }
    return recorder.events;
  }
}

package io.millrace.core.testing;

import io.millrace.spi.Ending;
import io.millrace.spi.Outlet;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An outlet that remembers what it received, and is as writable as a test says. */
public class TestOutlet implements Outlet {

  public final List<Buffer> writes = new CopyOnWriteArrayList<>();
  public final List<Ending> endings = new CopyOnWriteArrayList<>();

  /** Called on the event loop with every write, after it was remembered. */
  public volatile Consumer<Buffer> onWrite = written -> {};

  public volatile boolean writable = true;

  /** Whether its client answers whenever it is asked. */
  public volatile boolean answers = true;

  public volatile boolean closedAlready;
  private volatile Runnable drained = () -> {};
  private volatile Runnable closed = () -> {};

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public void write(Buffer frames) {
    writes.add(frames);
    onWrite.accept(frames);
  }

  @Override
  public boolean hasHeard() {
    return answers;
  }

  @Override
  public void onDrain(Runnable handler) {
    drained = handler;
  }

  @Override
  public void onClose(Runnable handler) {
    closed = handler;
    if (closedAlready) {
      handler.run();
    }
  }

  @Override
  public void end(Ending ending) {
    endings.add(ending);
  }

  /** Has room again. Called on the event loop. */
  public void drain() {
    writable = true;
    drained.run();
  }

  /** The connection is gone. Called on the event loop. */
  public void close() {
    closed.run();
  }

  public List<JsonObject> frames() {
    List<JsonObject> frames = new ArrayList<>();
    for (Buffer write : writes) {
      write
          .toString()
          .lines()
          .map(Json::decodeValue)
          .filter(JsonObject.class::isInstance)
          .map(JsonObject.class::cast)
          .forEach(frames::add);
    }
    return frames;
  }

  public List<JsonObject> frames(String type) {
    return frames().stream().filter(frame -> frame.getString("type").equals(type)).toList();
  }

  /**
   * Returns what was received, in order. {@code 7} is the message with the sequence number 7, and
   * {@code r7} is the same message in a replay. Of any other frame it is the type, with the
   * channels if there are any: {@code welcome}, {@code ok}, {@code gap["a"]}.
   */
  public List<String> story() {
    return frames().stream().map(TestOutlet::told).toList();
  }

  private static String told(JsonObject frame) {
    String type = frame.getString("type");
    if (!type.equals("message")) {
      return type
          + Optional.ofNullable(frame.getJsonArray("channels")).map(Object::toString).orElse("");
    }
    String replay = frame.containsKey("replay") ? "r" : "";
    return replay + seq(frame);
  }

  public static long seq(JsonObject frame) {
    String cursor = frame.getString("cursor");
    return Long.parseLong(cursor.substring(cursor.indexOf('-') + 1));
  }

  /** Returns when to reconnect, as the last line says. */
  public static long after(Buffer written) {
    List<String> lines = written.toString().lines().toList();
    return new JsonObject(lines.get(lines.size() - 1)).getLong("after");
  }

  public List<Long> sequences() {
    return frames("message").stream().map(TestOutlet::seq).toList();
  }
}

package io.millrace.core;

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
class TestOutlet implements Outlet {

  final List<Buffer> writes = new CopyOnWriteArrayList<>();
  final List<Ending> endings = new CopyOnWriteArrayList<>();

  /** Called on the event loop with every write, after it was remembered. */
  volatile Consumer<Buffer> onWrite = written -> {};

  volatile boolean writable = true;
  volatile boolean closedAlready;
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
  void drain() {
    writable = true;
    drained.run();
  }

  /** The connection is gone. Called on the event loop. */
  void close() {
    closed.run();
  }

  List<JsonObject> frames() {
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

  List<JsonObject> frames(String type) {
    return frames().stream().filter(frame -> frame.getString("type").equals(type)).toList();
  }

  /**
   * Returns the sequence numbers of the messages and, between them, the types of everything else.
   */
  List<String> story() {
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

  static long seq(JsonObject frame) {
    String cursor = frame.getString("cursor");
    return Long.parseLong(cursor.substring(cursor.indexOf('-') + 1));
  }

  List<Long> sequences() {
    return frames("message").stream().map(TestOutlet::seq).toList();
  }
}

package io.millrace.transport.websocket;

import io.millrace.spi.Ending;
import io.millrace.spi.Outlet;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.Function;

/** Writes to a WebSocket, and reads from it only as fast as commands are carried out. */
final class WebSocketOutlet implements Outlet {

  private final WebSocketConnection connection;
  private Runnable drained = () -> {};

  /** Completes when the commands that were received are carried out. */
  private Future<Void> received = Future.succeededFuture();

  WebSocketOutlet(WebSocketConnection connection) {
    this.connection = connection.onDrained(this::drained);
  }

  /** Passes what the client sends to a receiver. Without a receiver, the connection drops it. */
  void receive(Function<Buffer, Future<Void>> receiver) {
    connection.onText(text -> receive(receiver.apply(text)));
    connection.onBinary(text -> receive(receiver.apply(text)));
  }

  private void receive(Future<Void> dealtWith) {
    received = dealtWith;
    if (!dealtWith.isComplete() || connection.writeQueueFull()) {
      connection.pause();
      dealtWith.onComplete(done -> readOn());
    }
  }

  /** Reads only while the client reads, because answers use the same connection. */
  private void readOn() {
    if (received.isComplete() && !connection.writeQueueFull()) {
      connection.resume();
    }
  }

  private void drained() {
    drained.run();
    readOn();
  }

  @Override
  public boolean writable() {
    return !connection.writeQueueFull();
  }

  @Override
  public void write(Buffer frames) {
    connection.write(frames);
  }

  @Override
  public void onDrain(Runnable handler) {
    drained = handler;
  }

  @Override
  public void onClose(Runnable handler) {
    connection.onClosed(code -> handler.run());
  }

  @Override
  public boolean hasHeard() {
    return connection.hasHeard();
  }

  @Override
  public void end(Ending ending) {
    connection.close(ending.code(), ending.reason());
    if (ending.equals(Ending.STALLED)) {
      connection.abort();
    }
  }
}

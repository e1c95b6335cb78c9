package io.millrace.transport.websocket;

import io.millrace.internal.Unsent;
import io.millrace.internal.WriteQueue;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;

/**
 * A socket of Vert.x. It counts bytes for metrics, but takes the memory that {@link NettyWire}
 * saves.
 */
final class VertxWire implements Wire, Unsent.Connection {

  private final NetSocketInternal socket;
  private final WriteQueue queue;

  VertxWire(NetSocketInternal socket, Listener listener) {
    this.socket = socket;
    this.queue = new WriteQueue(listener::drained);
    socket
        .handler(listener::read)
        .drainHandler(ignored -> listener.drained())
        .exceptionHandler(ignored -> {}) // a reset: the close handler follows
        .closeHandler(ignored -> listener.disconnected())
        .shutdownHandler(ignored -> listener.shutdown());
  }

  @Override
  public void write(Buffer buffer) {
    boolean held = !socket.channelHandlerContext().channel().isWritable();
    // If a write fails, no bytes may be missing from the middle.
    Future<Void> write = socket.write(buffer).onFailure(failure -> abort());
    queue.add(write, buffer.length());
    Unsent.count(write, buffer, held, this);
  }

  @Override
  public boolean writeQueueFull() {
    return queue.isFull() || socket.writeQueueFull();
  }

  @Override
  public void pause() {
    socket.pause();
  }

  @Override
  public void resume() {
    socket.resume();
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public void abort() {
    var unused = socket.channelHandlerContext().close();
  }
}

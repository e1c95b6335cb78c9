package io.millrace.transport.websocket;

import io.millrace.internal.IdleWatch;
import io.millrace.internal.SharedBytes;
import io.millrace.internal.Unsent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;

/**
 * A handler of Netty in the place of Vert.x's, which would keep all of the HTTP connection for as
 * long as the WebSocket lasts: two write queues of 4 KB each, the request, the response.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Listened to, or ends in channelInactive.
final class NettyWire extends ChannelDuplexHandler
    implements Wire, ChannelFutureListener, Unsent.Connection {

  /** What Vert.x calls the last handler of a pipeline, see {@link NetSocketInternal}. */
  private static final String LAST = "handler";

  /** Vert.x does not export the class of this event. */
  private static final String SHUTDOWN = "io.vertx.core.net.impl.ShutdownEvent";

  /**
   * How much is read although reading is paused. The end of a connection is only seen by reading
   * it.
   */
  private static final int MOST_PAUSED_BYTES = 64 << 10;

  private final ContextInternal context;
  private final ChannelHandlerContext channel;
  private final Listener listener;
  private boolean reading;
  private boolean written;
  private boolean sent;
  private int waiting;
  private boolean paused;
  private int pausedBytes;

  private NettyWire(ContextInternal context, ChannelPipeline pipeline, Listener listener) {
    this.context = context;
    this.listener = listener;
    pipeline.replace(LAST, LAST, this);
    this.channel = pipeline.context(this);
    IdleWatch.takeOver(pipeline, this::hasSent);
    resume(); // Vert.x may have held back what follows the request.
  }

  /**
   * Takes a connection over.
   *
   * @param context on which the listener is called
   * @param socket must not be used any more
   */
  static Wire takeOver(ContextInternal context, NetSocketInternal socket, Listener listener) {
    return new NettyWire(context, socket.channelHandlerContext().pipeline(), listener);
  }

  private boolean hasSent() {
    boolean before = sent;
    sent = false;
    return before;
  }

  @Override
  public void write(Buffer buffer) {
    ByteBuf bytes = SharedBytes.of(buffer, channel.alloc());
    ChannelFuture write = reading ? channel.write(bytes) : channel.writeAndFlush(bytes);
    written |= reading;
    if (write.isSuccess()) {
      sent = true;
    } else {
      waiting++;
      write.addListener(this);
      SharedBytes.waits(write, this);
    }
  }

  /** What could not be written must not be missing from the middle of what was. */
  @Override
  public void operationComplete(ChannelFuture write) {
    boolean full = waiting-- == Unsent.MOST_WRITES;
    if (write.isSuccess()) {
      sent = true;
      if (full) {
        drained();
      }
    } else {
      abort();
    }
  }

  @Override
  public boolean writeQueueFull() {
    return !channel.channel().isWritable() || waiting >= Unsent.MOST_WRITES;
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
    pausedBytes = 0;
    channel.channel().config().setAutoRead(true);
  }

  /** Others in the pipeline may have switched reading on again. */
  private void holdBack() {
    if (paused && pausedBytes >= MOST_PAUSED_BYTES) {
      channel.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void close() {
    close(channel, channel.newPromise());
  }

  @Override
  public void abort() {
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    reading = true;
    if (message instanceof ByteBuf bytes) {
      pausedBytes += paused ? bytes.readableBytes() : 0;
      holdBack();
      context.emit(BufferInternal.safeBuffer(bytes), listener::read);
    } else {
      ReferenceCountUtil.release(message); // The end of the request.
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    reading = false;
    if (written) {
      written = false;
      channel.flush();
    }
    holdBack();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    drained();
  }

  private void drained() {
    if (!writeQueueFull()) {
      // Not from within a write.
      channel.executor().execute(() -> context.emit(null, ignored -> listener.drained()));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    context.emit(null, ignored -> listener.disconnected());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if (event instanceof IdleStateEvent) {
      abort();
    } else if (event.getClass().getName().equals(SHUTDOWN)) {
      context.emit(null, ignored -> listener.shutdown());
    } else {
      ReferenceCountUtil.release(event);
    }
  }

  /** Such as a reset: there is nobody any more to be told. */
  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
    abort();
  }

  /** Called when the server closes its connections, too. */
  @Override
  public void close(ChannelHandlerContext from, ChannelPromise promise) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> channel.close(promise));
  }
}

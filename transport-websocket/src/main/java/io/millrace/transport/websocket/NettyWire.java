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
 * A Netty handler that replaces that of Vert.x, which would keep the whole HTTP connection as long
 * as the WebSocket lasts: two write queues of 4 KB each, the request and the response.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Listened to, or ends in channelInactive.
final class NettyWire extends ChannelDuplexHandler
    implements Wire, ChannelFutureListener, Unsent.Connection {

  /** The name of the last handler in a pipeline of Vert.x, see {@link NetSocketInternal}. */
  private static final String LAST = "handler";

  /** Vert.x does not export the class of this event. */
  private static final String SHUTDOWN = "io.vertx.core.net.impl.ShutdownEvent";

  /**
   * How much is read even while reading is paused, because only reading shows that a connection has
   * ended.
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
    resume(); // Vert.x may have held back bytes that follow the request.
  }

  /**
   * Takes over a connection.
   *
   * @param context the context on which the listener is called
   * @param socket the connection; nobody else may use it any more
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

  /** Ends the connection if a write has failed: no bytes may be missing from the middle. */
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

  /** Pauses reading again, in case another handler of the pipeline has switched it on. */
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
      // Not inside a write.
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

  /** Called for a reset, for example. Nobody is left to report it to. */
  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
    abort();
  }

  /** Also called when the server closes its connections. */
  @Override
  public void close(ChannelHandlerContext from, ChannelPromise promise) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> channel.close(promise));
  }
}

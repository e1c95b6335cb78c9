package io.millrace.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Enforces the idle timeout of a server on a connection that is streamed to, in place of Netty's
 * handler. Netty's handler listens to each write, so every write must pass through it. This one
 * checks twice per timeout whether anything was received or sent, so it ends a connection after the
 * timeout and at most half as much again. Used on the connection's event loop.
 */
public final class IdleWatch extends ChannelInboundHandlerAdapter {

  private final long idleMillis;
  private final BooleanSupplier sent;
  private ChannelHandlerContext channel;
  private ScheduledFuture<?> look;
  private boolean received;
  private boolean wasStill;

  @SuppressWarnings("NullAway.Init") // Netty sets the channel before anything else.
  private IdleWatch(long idleMillis, BooleanSupplier sent) {
    this.idleMillis = idleMillis;
    this.sent = sent;
  }

  /**
   * Returns whether writes may bypass Netty's handler: the server has no idle timeout, or one that
   * this class can enforce. It cannot enforce one for reads only or for writes only.
   *
   * @param pipeline the pipeline of the connection
   * @return whether they may
   */
  static boolean isPossible(ChannelPipeline pipeline) {
    IdleStateHandler idle = pipeline.get(IdleStateHandler.class);
    return idle == null || isReplaceable(idle);
  }

  private static boolean isReplaceable(IdleStateHandler idle) {
    return idle.getClass() == IdleStateHandler.class
        && idle.getAllIdleTimeInMillis() > 0
        && idle.getReaderIdleTimeInMillis() == 0
        && idle.getWriterIdleTimeInMillis() == 0;
  }

  /**
   * Takes the place of Netty's handler. Does nothing if there is none, or one that cannot be
   * replaced.
   *
   * @param pipeline the pipeline of the connection
   * @param sent whether anything was sent since the last call
   */
  public static void takeOver(ChannelPipeline pipeline, BooleanSupplier sent) {
    IdleStateHandler idle = pipeline.get(IdleStateHandler.class);
    if (idle != null && isReplaceable(idle)) {
      IdleWatch watch = new IdleWatch(idle.getAllIdleTimeInMillis(), sent);
      pipeline.replace(idle, pipeline.context(idle).name(), watch);
    }
  }

  /**
   * Puts Netty's handler back, if it was replaced.
   *
   * @param pipeline the pipeline of the connection
   */
  static void giveBack(ChannelPipeline pipeline) {
    IdleWatch watch = pipeline.get(IdleWatch.class);
    if (watch != null) {
      IdleStateHandler idle = new IdleStateHandler(0, 0, watch.idleMillis, TimeUnit.MILLISECONDS);
      pipeline.replace(watch, watch.channel.name(), idle);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    channel = added;
    lookLater();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    look.cancel(false);
  }

  private void lookLater() {
    look = channel.executor().schedule(this::look, (idleMillis + 1) / 2, TimeUnit.MILLISECONDS);
  }

  private void look() {
    lookLater();
    boolean still = !sent.getAsBoolean() && !received;
    received = false;
    if (still && wasStill) {
      channel.fireUserEventTriggered(IdleStateEvent.ALL_IDLE_STATE_EVENT);
    }
    wasStill = still;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    received = true;
    from.fireChannelRead(message);
  }
}

package io.millrace.samples.demo;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of a browser. It counts every byte for the lane that uses the connection, and
 * can break the connection. Use it on the connection's event loop, except {@link #busy} and {@link
 * #reset}.
 *
 * <p>It is the first handler in Netty's pipeline, below HTTP, so that heads, chunk sizes and frame
 * headers count as they do on the wire. The API of Vert.x has no way to see them.
 */
final class Wire extends ChannelDuplexHandler {

  private final Channel channel;
  private volatile @Nullable Lane lane;
  private volatile @Nullable HttpServerResponse response;
  private long unassigned;

  private Wire(Channel channel) {
    this.channel = channel;
  }

  /**
   * Starts to count.
   *
   * @param connection a connection on which nothing was sent yet
   */
  static void install(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    channel.pipeline().addFirst(Wire.class.getName(), new Wire(channel));
  }

  /**
   * Returns the wire of a connection.
   *
   * @param connection one that {@link #install} was called for
   * @return its wire
   */
  static Wire of(HttpConnection connection) {
    return ((ConnectionBase) connection).channel().pipeline().get(Wire.class);
  }

  /**
   * Called when a request has arrived.
   *
   * @param user the lane that it belongs to, or null if none
   * @param answer its response
   */
  void assign(@Nullable Lane user, HttpServerResponse answer) {
    Lane before = lane;
    if (before != null && before != user) {
      before.leave(this);
    }
    lane = user;
    response = answer;
    if (user != null) {
      user.received(unassigned);
    }
    unassigned = 0;
  }

  /** {@return whether a request is being answered, or a WebSocket is open} Safe on any thread. */
  boolean busy() {
    HttpServerResponse answer = response;
    return answer != null && (answer.getStatusCode() == 101 || !answer.ended());
  }

  /**
   * Breaks the connection with a TCP reset (RFC 9293, section 3.10.7). Safe on any thread.
   *
   * @return completes when it is broken, on the connection's event loop
   */
  Future<Void> reset() {
    ChannelHandlerContext context = channel.pipeline().context(this);
    if (context == null) {
      return Future.succeededFuture(); // It is closed already.
    }
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    // Not channel.close(), which Vert.x puts off until it has sent what it holds.
    Promise<Void> closed = Promise.promise();
    context.close().addListener(done -> closed.complete());
    return closed.future();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes) {
      Lane user = lane;
      if (user != null && busy()) {
        user.received(bytes.readableBytes());
      } else {
        // The head of a request. Only when it has been read is it known to which lane it belongs.
        unassigned += bytes.readableBytes();
      }
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    Lane user = lane;
    if (user != null && message instanceof ByteBuf bytes) {
      user.sent(bytes.readableBytes());
    }
    super.write(context, message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    Lane user = lane;
    if (user != null) {
      user.leave(this);
    }
    context.fireChannelInactive();
  }
}

package io.millrace.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContentEncoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;

/**
 * The body of a chunked response. It bypasses the encoders of Vert.x and Netty, which would make
 * three buffers of each chunk for each response. Vert.x writes the head and the end. Used on the
 * connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Listened to, or ends in the close of the response.
public final class ChunkedBody extends ChannelDuplexHandler
    implements ChannelFutureListener, Unsent.Connection {

  /**
   * Whether the package of Vert.x that leads to a connection's channel can be used; Vert.x may
   * export it to its own modules only.
   */
  private static final boolean REACHABLE =
      HttpServerRequest.class
          .getModule()
          .isExported("io.vertx.core.net.impl", ChunkedBody.class.getModule());

  private final ContextInternal context;
  private final ChannelHandlerContext channel;
  private final HttpServerResponse response;
  private final Runnable drained;
  private boolean ended;
  private boolean sent;
  private int waiting;

  private ChunkedBody(
      ContextInternal context,
      ChannelHandlerContext encoder,
      HttpServerResponse response,
      Runnable drained) {
    this.context = context;
    this.response = response;
    this.drained = drained;
    ChannelPipeline pipeline = encoder.pipeline();
    pipeline.addBefore(encoder.name(), null, this);
    this.channel = pipeline.context(this);
    IdleWatch.takeOver(pipeline, this::hasSent);
  }

  private boolean hasSent() {
    boolean before = sent;
    sent = false;
    return before;
  }

  /**
   * Returns whether this class can write the body of a response. It cannot if a write is more than
   * sending bytes (metrics, compression, HTTP/2), or if a handler before the encoder must see each
   * write (an idle timeout for reads only, or for writes only).
   *
   * @param request the request that is answered
   * @return whether it can
   */
  public static boolean isPossible(HttpServerRequest request) {
    if (!REACHABLE
        || request.version() != HttpVersion.HTTP_1_1
        || request.method().equals(HttpMethod.HEAD)
        || !(request.connection() instanceof ConnectionBase connection)
        || connection.context().owner().isMetricsEnabled()) {
      return false;
    }
    ChannelPipeline pipeline = connection.channel().pipeline();
    return pipeline.get(HttpResponseEncoder.class) != null
        && pipeline.get(HttpContentEncoder.class) == null
        && IdleWatch.isPossible(pipeline);
  }

  /**
   * Begins a body.
   *
   * @param request a request for which this {@linkplain #isPossible is possible}; the head of its
   *     response must have been written
   * @param drained called when more can be written again
   * @return empty if the connection is gone
   */
  public static Optional<ChunkedBody> begin(HttpServerRequest request, Runnable drained) {
    ConnectionBase connection = (ConnectionBase) request.connection();
    return Optional.ofNullable(connection.channel().pipeline().context(HttpResponseEncoder.class))
        .map(
            encoder -> new ChunkedBody(connection.context(), encoder, request.response(), drained));
  }

  /** {@return whether there is room to write more} */
  public boolean isWritable() {
    return channel.channel().isWritable() && waiting < Unsent.MOST_WRITES;
  }

  /**
   * Writes a chunk.
   *
   * @param content the chunk, which nobody may change any more; if it is empty, nothing is written
   * @throws IllegalStateException if the response has ended
   */
  public void write(Buffer content) {
    if (ended) {
      throw new IllegalStateException("The response has ended.");
    }
    if (content.length() == 0) {
      return; // An empty chunk would be the last one.
    }
    ChannelFuture write = channel.writeAndFlush(SharedBytes.chunk(content, channel.alloc()));
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
        drainedIfWritable();
      }
    } else {
      channel.close();
    }
  }

  @Override
  public void abort() {
    channel.close();
  }

  /**
   * Returns whether Netty may take at once what Vert.x is given now for a response, and copy it.
   */
  static boolean mayBeTaken(HttpServerRequest request) {
    return request.version() != HttpVersion.HTTP_2
        && channel(request).map(Channel::isWritable).orElse(true);
  }

  /** Returns whether Vert.x may hold back what it is given now for a response. */
  static boolean mayBeHeld(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2
        || !channel(request).map(Channel::isWritable).orElse(false);
  }

  private static Optional<Channel> channel(HttpServerRequest request) {
    return REACHABLE && request.connection() instanceof ConnectionBase connection
        ? Optional.of(connection.channel())
        : Optional.empty();
  }

  /**
   * Ends a request's connection at once, whatever is waiting to be written; over HTTP/2 its stream
   * alone if the client can be told so.
   *
   * @param request the request
   */
  public static void abort(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset();
      if (REACHABLE && request.connection() instanceof ConnectionBase connection) {
        tell(connection.channelHandlerContext());
      }
    } else if (REACHABLE && request.connection() instanceof ConnectionBase connection) {
      connection.channelHandlerContext().close();
    } else {
      request.connection().close(); // Waits until everything is written.
    }
  }

  /** Netty holds what a stream has until its reset was sent. */
  private static void tell(ChannelHandlerContext connection) {
    connection.flush();
    ChannelOutboundBuffer waiting = connection.channel().unsafe().outboundBuffer();
    if (waiting != null && !waiting.isEmpty()) {
      connection.close();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    drainedIfWritable();
    from.fireChannelWritabilityChanged();
  }

  private void drainedIfWritable() {
    if (isWritable()) {
      // Not from within a write.
      channel.executor().execute(() -> context.emit(null, ignored -> drained.run()));
    }
  }

  /**
   * Sees what Vert.x writes. After it has written the end, the connection belongs to the next
   * response.
   */
  @Override
  public void write(ChannelHandlerContext from, Object message, ChannelPromise promise) {
    if (!ended && response.ended()) {
      ended = true;
      from.pipeline().remove(this);
      IdleWatch.giveBack(from.pipeline());
    }
    from.write(message, promise);
  }
}

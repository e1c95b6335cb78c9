package io.millrace.transport.websocket;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The server's end of a WebSocket over a bare socket.
 *
 * <p>It answers pings and performs the closing handshake. It writes buffers that {@link
 * FrameWriter} has framed, so that they can be shared. Every method must be called, and every
 * handler is called, on the connection's event loop. Events without a handler are ignored.
 */
final class WebSocketConnection {

  /**
   * The limits of a client.
   *
   * @param maxFrame the maximum payload of a frame, in bytes; browsers send a message as one frame
   * @param maxMessage the maximum size of a message, in bytes
   * @param closeTimeout how long the connection may last after the server's Close frame
   */
  record Limits(int maxFrame, int maxMessage, Duration closeTimeout) {
    static final Limits DEFAULT = new Limits(262_144, 262_144, Duration.ofSeconds(10));
  }

  /** Learns how much is held, see {@link io.millrace.spi.Attachment#holds}. */
  @FunctionalInterface
  interface Holding {
    void holds(int bytes, boolean begun);
  }

  /** A handler that Vert.x leaves behind. It would read even while reading is paused. */
  private static final String DECOMPRESSOR = "inflater";

  private enum State {
    OPEN,
    CLOSING,
    CLOSED
  }

  private final ContextInternal context;
  private final Wire wire;
  private final Duration closeTimeout;
  private final FrameReader reader;

  private State state = State.OPEN;
  private Optional<Buffer> owedPong = Optional.empty();
  private Handler<Buffer> text = ignored -> {};
  private Handler<Buffer> binary = ignored -> {};
  private IntConsumer closed = ignored -> {};
  private Runnable drained = () -> {};
  private Holding holding = (bytes, begun) -> {};
  private boolean holds;
  private boolean heard;
  private Runnable stopCloseTimer = () -> {};

  private WebSocketConnection(Vertx vertx, NetSocketInternal socket, Limits limits) {
    // The connection's context, because a verticle's timer would end with the verticle.
    this.context = ((ContextInternal) vertx.getOrCreateContext()).unwrap();
    this.closeTimeout = limits.closeTimeout();
    this.reader = new FrameReader(limits.maxFrame(), limits.maxMessage(), new Frames());
    ChannelPipeline pipeline = socket.channelHandlerContext().pipeline();
    if (pipeline.get(DECOMPRESSOR) != null) {
      pipeline.remove(DECOMPRESSOR);
    }
    this.wire =
        vertx.isMetricsEnabled()
            ? new VertxWire(socket, new Bytes())
            : NettyWire.takeOver(context, socket, new Bytes());
  }

  /**
   * Answers 101 and takes over the connection.
   *
   * <p>Set the handlers in the handler of the returned future; then no frame that a client sends
   * after the 101 can be lost. Bytes that it sends before the 101 are dropped; RFC 6455, section
   * 4.1 forbids them.
   *
   * @return fails if the response has begun or the connection is gone
   */
  static Future<WebSocketConnection> open(
      Vertx vertx, HttpServerRequest request, Handshake.Accepted accepted, Limits limits) {
    accepted.addTo(request.response().headers());
    return request
        .toNetSocket()
        .map(socket -> new WebSocketConnection(vertx, (NetSocketInternal) socket, limits));
  }

  /** Called with each whole text message, valid UTF-8. */
  WebSocketConnection onText(Handler<Buffer> handler) {
    text = handler;
    return this;
  }

  /** Called with each whole binary message. */
  WebSocketConnection onBinary(Handler<Buffer> handler) {
    binary = handler;
    return this;
  }

  /**
   * Called once, as soon as the connection is no longer open, with the code of the first Close
   * frame, the client's or the server's: 1005 if it had no code, 1006 if the TCP connection ended
   * without such a frame. After that, no message is delivered, and writes are ignored.
   */
  WebSocketConnection onClosed(IntConsumer handler) {
    closed = handler;
    return this;
  }

  /** Called when the write queue was full and has room again. */
  WebSocketConnection onDrained(Runnable handler) {
    drained = handler;
    return this;
  }

  /** Called while messages are incomplete, or wait because of {@link #pause}. */
  WebSocketConnection onHolding(Holding handler) {
    holding = handler;
    return this;
  }

  /** Writes whole frames of {@link FrameWriter} as they are; ignored if no longer open. */
  void write(Buffer frames) {
    if (state == State.OPEN) {
      wire.write(frames);
    }
  }

  /** Whether it is better to wait for {@link #onDrained} before writing more. */
  boolean writeQueueFull() {
    return wire.writeQueueFull();
  }

  /**
   * Returns whether anything has arrived since the last call. What waits because of {@link #pause}
   * counts, too.
   */
  boolean hasHeard() {
    boolean since = heard || reader.suspended();
    heard = false;
    return since;
  }

  /** Stops delivering messages, even those already received, and then stops reading. */
  void pause() {
    if (state == State.OPEN) {
      reader.suspend();
      wire.pause();
    }
  }

  /** Undoes {@link #pause}. */
  void resume() {
    read(reader::resume);
    if (!reader.suspended()) {
      wire.resume();
    }
  }

  /**
   * Begins the closing handshake. When the client has answered, or after the close timeout, ends
   * the TCP connection. Does nothing if no longer open.
   *
   * @param reason the reason; cut to 123 bytes of UTF-8
   * @throws IllegalArgumentException if the code must not be sent
   */
  void close(int code, String reason) {
    if (state == State.OPEN) {
      beginClosing(FrameWriter.close(code, reason), code);
      resume(); // otherwise the client's Close frame would not be read
    }
  }

  /** Ends the TCP connection at once, after {@link #close} for a client that does not answer. */
  void abort() {
    wire.abort();
  }

  private void read(Runnable reading) {
    try {
      reading.run();
    } catch (RuntimeException e) {
      close(CloseCode.INTERNAL_ERROR, "");
      throw e; // to the context's exception handler
    }
    if (state == State.OPEN) {
      tellHeld();
    }
  }

  /** Reports what is held; nothing is reported for messages that arrive complete. */
  private void tellHeld() {
    if (reader.hasEnded() && holds) {
      holds = false;
      holding.holds(0, false);
    }
    int bytes = reader.held();
    boolean begun = reader.unfinished();
    if (holds || begun || bytes > 0) {
      holds = begun || bytes > 0;
      holding.holds(bytes, begun);
    }
  }

  private void beginClosing(Buffer closeFrame, int code) {
    state = State.CLOSING;
    owedPong = Optional.empty();
    reader.discard();
    wire.write(closeFrame);
    long timer = context.setTimer(closeTimeout.toMillis(), ignored -> wire.abort());
    stopCloseTimer = () -> context.owner().cancelTimer(timer);
    closed.accept(code);
  }

  private final class Bytes implements Wire.Listener {
    @Override
    public void read(Buffer chunk) {
      heard = true;
      WebSocketConnection.this.read(() -> reader.feed(chunk));
    }

    @Override
    public void drained() {
      Optional<Buffer> pong = owedPong;
      owedPong = Optional.empty();
      pong.ifPresent(WebSocketConnection.this::write);
      if (state == State.OPEN) {
        drained.run();
      }
    }

    @Override
    public void shutdown() {
      WebSocketConnection.this.close(CloseCode.GOING_AWAY, "");
    }

    @Override
    public void disconnected() {
      boolean wasOpen = state == State.OPEN;
      state = State.CLOSED;
      reader.discard();
      stopCloseTimer.run();
      if (wasOpen) {
        closed.accept(CloseCode.ABNORMAL);
      }
    }
  }

  private final class Frames implements FrameReader.Listener {
    @Override
    public void text(Buffer utf8) {
      text.handle(utf8);
    }

    @Override
    public void binary(Buffer payload) {
      binary.handle(payload);
    }

    /** Section 5.5.3: one pong, to the latest ping, answers all pings that are still unanswered. */
    @Override
    public void ping(Buffer payload) {
      Buffer pong = FrameWriter.pong(payload);
      if (wire.writeQueueFull()) {
        owedPong = Optional.of(pong);
      } else {
        write(pong);
      }
    }

    @Override
    public void pong(Buffer payload) {}

    @Override
    public void close(int code, String reason) {
      if (state == State.OPEN) {
        boolean bare = code == CloseCode.NO_STATUS;
        beginClosing(bare ? FrameWriter.close() : FrameWriter.close(code, ""), code);
      }
      wire.close();
    }

    @Override
    public void violation(int code, String reason) {
      WebSocketConnection.this.close(code, reason);
    }
  }
}

package io.millrace.broker.amqp;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * A proxy for AMQP 1.0 that loses chosen ENDs of the server, as RabbitMQ 3 does, counts the
 * server's sessions, and can make the server slow.
 */
final class FrameProxy {

  private static final int BEGIN = 0x11;
  private static final int END = 0x17;
  private static final int HEADER = 8;

  private final NetServer server;
  private final NetClient client;
  private final String host;
  private final int port;
  private final IntPredicate isLost;
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final Vertx vertx;
  private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();

  /** The server's frames that wait for their turn, once it is slow. */
  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

  private volatile boolean slow;

  /**
   * Starts to listen.
   *
   * @param isLost decides which of the server's ENDs are lost, counted from 1
   */
  FrameProxy(Vertx vertx, String host, int port, IntPredicate isLost) {
    this.vertx = vertx;
    this.host = host;
    this.port = port;
    this.isLost = isLost;
    this.client = vertx.createNetClient();
    this.server =
        vertx.createNetServer().connectHandler(this::serve).listen(0, "127.0.0.1").await();
  }

  int port() {
    return server.actualPort();
  }

  /** How many connections there were. */
  int accepted() {
    return accepted.get();
  }

  /** How many ENDs of the server were lost. */
  int lost() {
    return lost.get();
  }

  /** How many sessions the server has on all open connections. */
  int sessions() {
    return begun.get() - ended.get();
  }

  /** From now on, one frame of the server passes in each of these times. */
  void slowDown(long millis) {
    slow = true;
    vertx.setPeriodic(millis, tick -> Optional.ofNullable(held.poll()).ifPresent(Runnable::run));
  }

  /** Closes all connections. */
  void reset() {
    sockets.forEach(NetSocket::close);
  }

  private void serve(NetSocket near) {
    accepted.incrementAndGet();
    sockets.add(near);
    near.pause();
    client
        .connect(port, host)
        .onFailure(refused -> near.close())
        .onSuccess(
            far -> {
              near.handler(new Frames(frame -> toServer(far, frame)));
              far.handler(new Frames(frame -> toClient(near, frame)));
              near.closeHandler(
                  closed -> {
                    sockets.remove(near);
                    far.close();
                  });
              far.closeHandler(closed -> near.close());
              near.resume();
            });
  }

  private void toServer(NetSocket far, Buffer frame) {
    switch (performative(frame)) {
      case BEGIN -> begun.incrementAndGet();
      case END -> ended.incrementAndGet();
      default -> {}
    }
    far.write(frame);
  }

  private void toClient(NetSocket near, Buffer frame) {
    if (performative(frame) == END && isLost.test(answers.incrementAndGet())) {
      lost.incrementAndGet();
    } else if (slow) {
      held.add(() -> near.write(frame));
    } else {
      near.write(frame);
    }
  }

  /** The descriptor is a small ulong, whoever writes it. */
  private static int performative(Buffer frame) {
    int body = HEADER;
    boolean isDescribed = frame.length() > body + 2 && frame.getShort(body) == 0x0053;
    return isDescribed ? frame.getByte(body + 2) : -1;
  }

  /** Splits what arrives into frames and protocol headers. */
  private static final class Frames implements Handler<Buffer> {

    private static final int AMQP = 0x414d5150;

    private final Handler<Buffer> each;
    private Buffer rest = Buffer.buffer();

    Frames(Handler<Buffer> each) {
      this.each = each;
    }

    @Override
    public void handle(Buffer chunk) {
      rest.appendBuffer(chunk);
      while (rest.length() >= HEADER) {
        int size = rest.getInt(0) == AMQP ? HEADER : rest.getInt(0);
        if (rest.length() < size) {
          return;
        }
        each.handle(rest.getBuffer(0, size));
        rest = rest.getBuffer(size, rest.length());
      }
    }
  }
}

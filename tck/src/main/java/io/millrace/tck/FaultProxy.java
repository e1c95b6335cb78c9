package io.millrace.tck;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy between a broker under test and its server, on a port of the loopback address, that
 * can do what networks do. Safe on any thread; methods that change something block until it is so.
 */
public final class FaultProxy implements BrokerLink, AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final NetClient client = vertx.createNetClient();
  private final String targetHost;
  private final int targetPort;
  private final int port = FreePorts.find(1).get(0);
  private final AtomicInteger accepted = new AtomicInteger();
  private final Set<NetSocket> sockets = new HashSet<>();

  /** Those of {@link #sockets} that have a peer: what came without one would be dropped. */
  private final Set<NetSocket> passing = new HashSet<>();

  private NetServer server = vertx.createNetServer();
  private boolean listening;
  private boolean silent;

  /**
   * Starts a proxy that lets everything pass.
   *
   * @param targetHost the server's address
   * @param targetPort the server's port
   */
  public FaultProxy(String targetHost, int targetPort) {
    this.targetHost = targetHost;
    this.targetPort = targetPort;
    change(this::listen);
  }

  /** {@return the address it listens on} */
  public String host() {
    return LOOPBACK;
  }

  /** {@return the port it listens on, always the same} */
  public int port() {
    return port;
  }

  /** {@return how many connections it has accepted so far} */
  public int accepted() {
    return accepted.get();
  }

  /** Closes all connections and refuses new ones. */
  @Override
  public void cut() {
    change(
        () -> {
          listening = false;
          return server.close().compose(closed -> closeAll());
        });
  }

  /** Closes all connections; new ones are served. */
  public void reset() {
    change(this::closeAll);
  }

  /** Lets no more bytes pass in either direction; connections stay, and new ones are accepted. */
  public void silence() {
    change(
        () -> {
          silent = true;
          passing.forEach(NetSocket::pause);
          return Future.succeededFuture();
        });
  }

  /** Lets everything pass again: held bytes, too. */
  @Override
  public void mend() {
    change(
        () -> {
          silent = false;
          passing.forEach(NetSocket::resume);
          return listening ? Future.succeededFuture() : listen();
        });
  }

  /** Closes everything. */
  @Override
  public void close() {
    TestNode.await(vertx.close());
  }

  private interface Change {
    Future<?> make();
  }

  private void change(Change change) {
    TestNode.await(
        Future.<Void>future(
            done -> context.runOnContext(v -> change.make().<Void>mapEmpty().onComplete(done))));
  }

  private Future<?> listen() {
    listening = true;
    server = vertx.createNetServer().connectHandler(this::connected);
    return server.listen(port, LOOPBACK);
  }

  private Future<Void> closeAll() {
    List<Future<Void>> closing = new ArrayList<>();
    // Of a copy: what is closed here may leave the set at once.
    List.copyOf(sockets).forEach(socket -> closing.add(socket.close()));
    return Future.join(closing).otherwiseEmpty().mapEmpty();
  }

  private void connected(NetSocket near) {
    accepted.incrementAndGet();
    add(near);
    near.pause();
    client
        .connect(targetPort, targetHost)
        .onSuccess(
            far -> {
              if (!sockets.contains(near)) {
                far.close(); // What it is for was closed meanwhile.
                return;
              }
              add(far);
              pass(near, far);
              pass(far, near);
            })
        .onFailure(refused -> near.close());
  }

  private void add(NetSocket socket) {
    sockets.add(socket);
    socket.exceptionHandler(reset -> {});
    socket.closeHandler(closed -> remove(socket));
  }

  private void remove(NetSocket socket) {
    sockets.remove(socket);
    passing.remove(socket);
  }

  private void pass(NetSocket from, NetSocket to) {
    passing.add(from);
    from.closeHandler(
        closed -> {
          remove(from);
          to.close();
        });
    from.handler(
        bytes -> {
          to.write(bytes);
          if (to.writeQueueFull()) {
            from.pause();
            to.drainHandler(drained -> resume(from));
          }
        });
    resume(from);
  }

  private void resume(NetSocket socket) {
    if (silent) {
      socket.pause();
    } else {
      socket.resume();
    }
  }
}

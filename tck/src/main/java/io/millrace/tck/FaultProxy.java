package io.millrace.tck;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TCP proxy between a broker under test and its server, on a port of the loopback address, that
 * can produce the faults of networks. Safe on any thread. It uses blocking sockets: when a method
 * returns, its change is in effect; after a cut, the port is free.
 */
public final class FaultProxy implements BrokerLink, AutoCloseable {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int BUFFER_BYTES = 64 << 10;

  private final InetSocketAddress target;
  private final int port = FreePorts.find();
  private final AtomicInteger accepted = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "fault-proxy");
            thread.setDaemon(true);
            return thread;
          });

  /** Guards the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition mended = lock.newCondition();
  private final Set<Socket> sockets = new HashSet<>();
  private Optional<ServerSocket> server = Optional.empty();
  private volatile CompletableFuture<Void> accepting = CompletableFuture.completedFuture(null);
  private boolean silent;

  /**
   * Starts a proxy that lets everything pass.
   *
   * @param targetHost the server's address
   * @param targetPort the server's port
   */
  public FaultProxy(String targetHost, int targetPort) {
    this.target = new InetSocketAddress(targetHost, targetPort);
    mend();
  }

  /** {@return the address that it listens on} */
  public String host() {
    return LOOPBACK.getHostAddress();
  }

  /** {@return the port that it listens on; always the same} */
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
          if (server.isPresent()) {
            server.get().close();
          }
        });
    // The port stays in use as long as a thread waits on it.
    accepting.join();
    change(
        () -> {
          server = Optional.empty();
          closeAll();
        });
  }

  /** Closes all connections, but accepts new ones. */
  public void reset() {
    change(this::closeAll);
  }

  /** Holds back all bytes, in both directions. Connections stay open, and new ones are accepted. */
  public void silence() {
    change(() -> silent = true);
  }

  /** Lets everything pass again, including the bytes that were held back. */
  @Override
  public void mend() {
    change(
        () -> {
          silent = false;
          mended.signalAll();
          if (server.isEmpty()) {
            ServerSocket listening = new ServerSocket(port, 0, LOOPBACK);
            server = Optional.of(listening);
            accepting = CompletableFuture.runAsync(() -> accept(listening), threads);
          }
        });
  }

  /** Closes everything. */
  @Override
  public void close() {
    cut();
    threads.shutdownNow();
  }

  private interface Change {
    void make() throws IOException;
  }

  private void change(Change change) {
    lock.lock();
    try {
      change.make();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  private void closeAll() throws IOException {
    for (Socket socket : List.copyOf(sockets)) {
      socket.close();
    }
    sockets.clear();
  }

  private void accept(ServerSocket listening) {
    try {
      while (true) {
        Socket near = listening.accept();
        accepted.incrementAndGet();
        change(
            () -> {
              if (listening.isClosed()) {
                near.close();
              } else {
                sockets.add(near);
                threads.execute(() -> serve(near));
              }
            });
      }
    } catch (IOException closed) {
      // It is cut.
    }
  }

  private void serve(Socket near) {
    try (near;
        Socket far = new Socket()) {
      far.connect(target);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      change(
          () -> {
            if (!near.isClosed()) {
              sockets.add(far);
              threads.execute(() -> pump(far, near));
            }
          });
      pump(near, far);
    } catch (IOException refused) {
      // The near side learns of it by being closed.
    } finally {
      change(() -> sockets.remove(near));
    }
  }

  /** Carries bytes until one side ends, and then ends the other. */
  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        awaitMended();
        out.write(buffer, 0, read);
      }
    } catch (IOException | InterruptedException ended) {
      // Both sides learn of it by being closed.
    } finally {
      change(() -> sockets.remove(from));
    }
  }

  private void awaitMended() throws InterruptedException {
    lock.lock();
    try {
      while (silent) {
        mended.await();
      }
    } finally {
      lock.unlock();
    }
  }
}

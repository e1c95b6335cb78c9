package io.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * The load client's one thread. It reads into one buffer and parses in place, so that it costs less
 * than any server that it measures.
 */
final class Loop implements AutoCloseable {

  private static final int READ_BYTES = 512 << 10;
  private static final int SLOW_RECEIVE_BYTES = 8 << 10;

  private final Selector selector;
  private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES);
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;
  private final Thread thread = new Thread(this::run, "load");

  Loop() throws IOException {
    selector = Selector.open();
    thread.setDaemon(true);
    thread.start();
  }

  /** Computes something on the loop's thread. */
  <T> CompletableFuture<T> call(Supplier<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    tasks.add(
        () -> {
          try {
            result.complete(task.get());
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    selector.wakeup();
    return result;
  }

  /** Connects. Called on the loop's thread. */
  SocketChannel connect(Connection connection, InetSocketAddress from, InetSocketAddress to) {
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (connection.slow) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SLOW_RECEIVE_BYTES);
      }
      channel.bind(from);
      channel.register(selector, SelectionKey.OP_CONNECT, connection);
      channel.connect(to);
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(this::handle);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void handle(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      if (key.isConnectable()) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        connection.connected(channel);
      } else if (!connection.read(in)) {
        lost(key, connection, "closed by the server");
      } else if (connection.slow && connection.isReady()) {
        key.interestOps(0);
      }
    } catch (IOException e) {
      lost(key, connection, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      lost(key, connection, "the reader did not expect what arrived: " + e);
    }
  }

  private static void lost(SelectionKey key, Connection connection, String why) {
    connection.tally.fault(why);
    key.cancel();
    try {
      key.channel().close();
    } catch (IOException e) {
      connection.tally.fault("close: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
  }
}

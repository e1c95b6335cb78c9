package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/** Readers that are connected to one server. */
final class Load implements AutoCloseable {

  /** How many may be connecting at once; less than the backlog of any server. */
  private static final int MOST_OPENING = 100;

  private static final int SOURCES = 10;
  private static final int CONNECT_SECONDS = 120;

  private final Loop loop;
  private final Tally tally;
  private final Protocol protocol;
  private final InetSocketAddress server;
  private final List<Connection> connections = new ArrayList<>();
  private final List<SocketChannel> channels = new ArrayList<>();
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private int wanted;
  private int ready;
  private int channelCount = 1;
  private int slow;
  private boolean following;
  private List<String> cursors = List.of();

  Load(Loop loop, Tally tally, Protocol protocol, int port) {
    this.loop = loop;
    this.tally = tally;
    this.protocol = protocol;
    this.server = loopback(1, port);
  }

  /**
   * Connects readers and waits until each is subscribed.
   *
   * @param count how many readers
   * @param among over how many channels they are spread; 0 if each has a pattern for all channels
   * @param slowOnes how many of them read nothing; these are the last
   */
  void connect(int count, int among, int slowOnes) throws Exception {
    wanted = count;
    channelCount = among;
    slow = slowOnes;
    loop.call(
            () -> {
              for (int i = 0; i < Math.min(MOST_OPENING, wanted); i++) {
                open();
              }
              return true;
            })
        .get();
    try {
      connected.get(CONNECT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "%d of %d are subscribed: %s".formatted(ready, wanted, tally.faults()), e);
    }
  }

  private void open() {
    int index = connections.size();
    if (index >= wanted) {
      return;
    }
    int channel = channelCount == 0 ? Plan.EVERY : index % channelCount;
    Connection connection = protocol.connection(tally, channel, this::opened);
    connection.slow = index >= wanted - slow;
    connection.following = following;
    connection.cursor = cursors.isEmpty() ? "" : cursors.get(index);
    connections.add(connection);
    channels.add(loop.connect(connection, loopback(2 + index % SOURCES, 0), server));
  }

  private static InetSocketAddress loopback(int last, int port) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}), port);
    } catch (UnknownHostException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void opened() {
    if (++ready == wanted) {
      connected.complete(null);
    } else {
      open();
    }
  }

  /**
   * Makes the readers remember cursors. Called before they connect.
   *
   * @param last the cursor from which each resumes; empty to begin now
   */
  void follow(List<String> last) {
    following = true;
    cursors = last;
  }

  /** Returns the last cursor that each reader received. */
  List<String> cursors() throws Exception {
    return loop.call(() -> connections.stream().map(connection -> connection.cursor).toList())
        .get();
  }

  /** Starts to count again, for all readers that are not slow. */
  void begin(int perRound, int size, int granule, LongConsumer progress) throws Exception {
    loop.call(
            () -> {
              connections.forEach(connection -> connection.count = 0);
              tally.begin(new Tally.Expected(wanted - slow, perRound, size, granule), progress);
              return true;
            })
        .get();
  }

  @Override
  public void close() {
    loop.call(
            () -> {
              for (SocketChannel channel : channels) {
                try {
                  channel.close();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
              return true;
            })
        .join();
  }
}

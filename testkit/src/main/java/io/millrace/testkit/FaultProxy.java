package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A network between clients and a server, on a port of the loopback address. It carries any
 * protocol over TCP, and produces the faults of networks:
 *
 * <pre>{@code
 * try (FaultProxy network = new FaultProxy("127.0.0.1", server.actualPort())) {
 *   connect(network.port());
 *   network.latency(Duration.ofMillis(300)).rate(10_000);
 *   network.blackHole();
 *   network.mend();
 * }
 * }</pre>
 *
 * <p>Faults add up until {@link #mend()}. Latency and the like apply to bytes that arrive from then
 * on, on open connections too.
 *
 * <p>Safe on any thread, but methods may block: not for event loops. It uses blocking sockets: when
 * a method returns, its change is in effect; after a cut, the port is free.
 */
public final class FaultProxy implements AutoCloseable {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  /** How often it looks for connections that are idle or too old. */
  private static final long LOOK_MILLIS = 20;

  private final InetSocketAddress target;
  private final int port = FreePorts.find();
  private final Conditions conditions = new Conditions();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicLong toServer = new AtomicLong();
  private final AtomicLong toClient = new AtomicLong();
  private final ExecutorService threads = Executors.newCachedThreadPool(daemons());
  private final Set<Wire> wires = ConcurrentHashMap.newKeySet();

  /** Guards the two fields below, and that no wire is added while all of them are changed. */
  private final ReentrantLock lock = new ReentrantLock();

  private Optional<ServerSocket> listening = Optional.empty();
  private CompletableFuture<Void> accepting = CompletableFuture.completedFuture(null);

  /**
   * Starts a network that lets everything pass.
   *
   * @param targetHost the server's address
   * @param targetPort the server's port
   */
  public FaultProxy(String targetHost, int targetPort) {
    this.target = new InetSocketAddress(targetHost, targetPort);
    mend();
    threads.execute(this::closeOld);
  }

  private static ThreadFactory daemons() {
    return task -> {
      Thread thread = new Thread(task, "fault-proxy");
      thread.setDaemon(true);
      return thread;
    };
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

  /** {@return how many connections are open} */
  public int open() {
    return wires.size();
  }

  /**
   * Counts the bytes that have arrived.
   *
   * @param direction which way
   * @return how many it has delivered so far
   */
  public long passed(Direction direction) {
    return (direction == Direction.TO_SERVER ? toServer : toClient).get();
  }

  /**
   * Delays everything, in both directions. To connect takes a round trip.
   *
   * @param oneWay how long bytes travel
   * @return this
   */
  public FaultProxy latency(Duration oneWay) {
    conditions.latency(oneWay.toNanos());
    return this;
  }

  /**
   * Limits how fast bytes arrive, on each connection and in each direction.
   *
   * @param bytesPerSecond at least 1
   * @return this
   */
  public FaultProxy rate(long bytesPerSecond) {
    conditions.rate(positive(bytesPerSecond));
    return this;
  }

  /**
   * Delivers bytes in slices, so that what was written at once is read in parts.
   *
   * @param bytes the most that is delivered at once, at least 1
   * @return this
   */
  public FaultProxy slices(int bytes) {
    conditions.slices((int) positive(bytes));
    return this;
  }

  private static long positive(long number) {
    if (number < 1) {
      throw new IllegalArgumentException("Not positive: " + number);
    }
    return number;
  }

  /**
   * Closes connections over which no byte has come for a time, as proxies do.
   *
   * @param limit how long
   * @return this
   */
  public FaultProxy idleLimit(Duration limit) {
    conditions.idle(limit.toNanos());
    return this;
  }

  /**
   * Closes connections some time after they were opened, whatever they carry.
   *
   * @param limit how long
   * @return this
   */
  public FaultProxy lifetime(Duration limit) {
    conditions.lifetime(limit.toNanos());
    return this;
  }

  /**
   * Closes all connections and refuses new ones.
   *
   * @return this
   */
  public FaultProxy cut() {
    lock.lock();
    try {
      if (listening.isPresent()) {
        listening.get().close();
        // The port stays in use as long as a thread waits on it.
        accepting.join();
        listening = Optional.empty();
      }
      wires.forEach(Wire::close);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
    return this;
  }

  /**
   * Closes all connections in order, as a proxy that restarts; accepts new ones.
   *
   * @return this
   */
  public FaultProxy drop() {
    return toAll(Wire::close);
  }

  /**
   * Ends all connections with a reset (RST), which both ends see as an error; accepts new ones.
   *
   * @return this
   */
  public FaultProxy reset() {
    return toAll(Wire::reset);
  }

  /**
   * Holds back all bytes, in both directions. Connections stay open, and new ones are accepted.
   *
   * @return this
   */
  public FaultProxy silence() {
    return silence(Direction.TO_SERVER).silence(Direction.TO_CLIENT);
  }

  /**
   * Holds back all bytes of one direction. Connections stay open, and new ones are accepted.
   *
   * @param direction which way
   * @return this
   */
  public FaultProxy silence(Direction direction) {
    conditions.silence(direction);
    return this;
  }

  /**
   * Swallows everything. No end hears that the open connections are dead, and they remain so; what
   * is sent on new ones arrives when the network is mended, as if it were sent again.
   *
   * @return this
   */
  public FaultProxy blackHole() {
    return silence().toAll(Wire::kill);
  }

  /**
   * Ends all connections at the server only: clients believe them open, and never hear again. New
   * ones are accepted.
   *
   * @return this
   */
  public FaultProxy halfOpen() {
    return toAll(Wire::halve);
  }

  /**
   * Ends all faults: lets everything pass at once, including the bytes that were held back. What a
   * black hole has swallowed stays dead.
   *
   * @return this
   */
  public FaultProxy mend() {
    lock.lock();
    try {
      conditions.clear();
      if (listening.isEmpty()) {
        ServerSocket server = new ServerSocket(port, 0, LOOPBACK);
        listening = Optional.of(server);
        accepting = CompletableFuture.runAsync(() -> accept(server), threads);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Closes everything. */
  @Override
  public void close() {
    cut();
    threads.shutdownNow();
  }

  private FaultProxy toAll(Consumer<Wire> change) {
    lock.lock();
    try {
      wires.forEach(change);
    } finally {
      lock.unlock();
    }
    return this;
  }

  private void closeOld() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        long now = System.nanoTime();
        wires.stream().filter(wire -> wire.isOver(now)).forEach(Wire::close);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept(ServerSocket server) {
    try {
      while (true) {
        Socket near = server.accept();
        accepted.incrementAndGet();
        threads.execute(() -> connect(server, near));
      }
    } catch (IOException closed) {
      // It is cut.
    }
  }

  private void connect(ServerSocket server, Socket near) {
    Socket far = new Socket();
    Wire wire = new Wire(near, far, conditions, wires::remove);
    try {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      far.connect(target);
    } catch (IOException refused) {
      wire.reset(); // As near as a proxy comes to refusing.
      return;
    }
    lock.lock();
    try {
      if (server.isClosed()) {
        wire.close();
      } else {
        wires.add(wire);
        wire.start(threads, toServer, toClient);
      }
    } finally {
      lock.unlock();
    }
  }
}

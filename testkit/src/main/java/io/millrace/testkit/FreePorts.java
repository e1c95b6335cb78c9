package io.millrace.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback address for servers whose port a test has to choose: other programs, and
 * servers that are stopped and started again. The ports are below those that systems give to
 * outgoing connections, so that no such connection takes one in between. For as long as this
 * process runs, no port is found twice, by other processes of the same user either: a server may
 * take half a minute until it listens. Safe on any thread.
 */
public final class FreePorts {

  private static final int LOWEST = 10_000;
  private static final int BOUND = 30_000;
  private static final int MOST_TRIES = 1_000_000;

  /** Has a byte for each port. Whoever found a port has locked its byte. */
  private static final Path CLAIMS =
      Path.of(
          System.getProperty("java.io.tmpdir"),
          "millrace-ports-" + System.getProperty("user.name"));

  private static final FileChannel CLAIMED = claims();

  private FreePorts() {}

  /**
   * Finds a port that nothing listens on at the moment, and that was not found before.
   *
   * @return the port
   * @throws IllegalStateException if no port can be tried, or none is free
   */
  public static int find() {
    return find(1).get(0);
  }

  /**
   * Finds several ports at once.
   *
   * @param count how many
   * @return the ports
   * @throws IllegalStateException if no port can be tried, or too few are free
   */
  public static List<Integer> find(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int tries = 0; sockets.size() < count; tries++) {
        if (tries == MOST_TRIES) {
          throw new IllegalStateException("No port was free in " + MOST_TRIES + " tries");
        }
        tryOne(sockets);
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      sockets.forEach(FreePorts::close);
    }
  }

  private static FileChannel claims() {
    try {
      return FileChannel.open(CLAIMS, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IllegalStateException("The file of ports cannot be opened", e);
    }
  }

  /** Returns whether nobody had claimed a port. The claim ends with this process. */
  private static boolean claim(int port) throws IOException {
    try {
      return CLAIMED.tryLock(port, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void tryOne(List<ServerSocket> sockets) {
    int port = ThreadLocalRandom.current().nextInt(LOWEST, BOUND);
    try {
      if (!claim(port)) {
        return;
      }
      ServerSocket socket = new ServerSocket();
      try {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        sockets.add(socket);
      } catch (IOException taken) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("No port can be tried", e);
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("A port cannot be released after it was tried", e);
    }
  }
}

package io.millrace.tck;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback address for servers whose port a test has to choose: other programs, and
 * servers that are stopped and started again. The ports are below those that systems give to
 * outgoing connections, so that no such connection takes one in between. Safe on any thread.
 */
public final class FreePorts {

  private static final int LOWEST = 10_000;
  private static final int BOUND = 30_000;

  private FreePorts() {}

  /**
   * Finds a port that nothing listens on at the moment.
   *
   * @return the port
   * @throws IllegalStateException if no port can be tried
   */
  public static int find() {
    return find(1).get(0);
  }

  static List<Integer> find(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      while (sockets.size() < count) {
        tryOne(sockets);
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      sockets.forEach(FreePorts::close);
    }
  }

  private static void tryOne(List<ServerSocket> sockets) {
    int port = ThreadLocalRandom.current().nextInt(LOWEST, BOUND);
    try {
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

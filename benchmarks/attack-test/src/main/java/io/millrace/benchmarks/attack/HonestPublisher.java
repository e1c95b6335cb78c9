package io.millrace.benchmarks.attack;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes on each channel ten times in a second, over four WebSockets in turn, so that each stays
 * within its rate even if the server reads nothing for some seconds. It never waits for the server.
 * A thread.
 */
final class HonestPublisher extends Thread {

  private static final long INTERVAL_NANOS = 100_000_000;
  private static final int SOCKETS = 4;
  private static final String ERROR = "\"type\":\"error\"";

  private final List<HonestChannel> channels;
  private final InetAddress address;
  private final int port;
  private final Map<Integer, Socket> sockets = new HashMap<>();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean publishing = true;
  private volatile boolean stopped;

  /**
   * A publisher that has not started.
   *
   * @param address its address
   * @param port the port of the server
   */
  HonestPublisher(List<HonestChannel> channels, InetAddress address, int port) {
    super("publisher");
    this.channels = channels;
    this.address = address;
    this.port = port;
    setDaemon(true);
  }

  /** Returns how many messages were refused, or could not be sent. */
  int refused() {
    return refused.get();
  }

  /** Resets that count. */
  void reset() {
    refused.set(0);
  }

  /** Stops publishing, but still reads the answers. */
  void rest() {
    publishing = false;
  }

  /** Makes it end. */
  void finish() {
    stopped = true;
  }

  @Override
  public void run() {
    long due = System.nanoTime();
    for (int turn = 0; !stopped; turn++) {
      for (int i = 0; i < channels.size(); i++) {
        LockSupport.parkNanos(due - System.nanoTime());
        // Delays are not made up for, because a burst would be refused.
        due = Math.max(due + INTERVAL_NANOS / channels.size(), System.nanoTime());
        publish(channels.get(i), SOCKETS * i + turn % SOCKETS);
      }
    }
    for (Socket socket : sockets.values()) {
      close(socket);
    }
  }

  private void publish(HonestChannel channel, int number) {
    try {
      Socket socket = sockets.get(number);
      if (socket == null) {
        socket = open();
        sockets.put(number, socket);
      }
      hear(socket);
      if (publishing) {
        String message = Publishing.message(channel.name(), "");
        int id = channel.next();
        String data = message.replace(":1", ":\"" + Mark.of(id) + '"').substring(1);
        socket
            .getOutputStream()
            .write(Requests.frame("{\"type\":\"publish\",\"id\":" + id + "," + data).getBytes());
      }
    } catch (IOException gone) {
      refused.incrementAndGet();
      Socket socket = sockets.remove(number);
      if (socket != null) {
        close(socket);
      }
    }
  }

  private Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port, address, 0);
    socket.setTcpNoDelay(true);
    socket.getOutputStream().write(Requests.upgrade(Requests.MOUNT).getBytes());
    // Frames that are sent before the answer would be lost.
    String head = "";
    while (!head.contains("\r\n\r\n")) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new IOException("The server refused a WebSocket: " + head);
      }
      head += (char) next;
    }
    return socket;
  }

  /** Reads what has arrived, if anything has. */
  private void hear(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    int length = in.available();
    if (length > 0) {
      String text = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
      int at = text.indexOf(ERROR);
      while (at >= 0) {
        refused.incrementAndGet();
        at = text.indexOf(ERROR, at + 1);
      }
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // That is what was wanted.
    }
  }
}

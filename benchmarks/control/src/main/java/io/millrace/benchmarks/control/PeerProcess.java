package io.millrace.benchmarks.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Runs a {@link Peer} as a process of its own. */
public final class PeerProcess {

  private static final int MOST_WAIT_MILLIS = 60_000;

  private final Peer peer;
  private final PrintWriter out;
  private volatile @Nullable Publisher publisher;

  private PeerProcess(Peer peer, PrintWriter out) {
    this.peer = peer;
    this.out = out;
  }

  /**
   * Starts a server and carries out commands until the control connection ends; then the process
   * exits.
   *
   * @param peer not started
   */
  @SuppressWarnings("CatchAndPrintStackTrace") // There is nobody else to report it to.
  public static void run(Peer peer) {
    Logger.getLogger("").setLevel(Level.WARNING);
    try {
      serve(peer);
    } catch (Throwable e) {
      e.printStackTrace();
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }

  private static void serve(Peer peer) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket listener = new ServerSocket(0, 1, loopback)) {
      listener.setSoTimeout(MOST_WAIT_MILLIS); // The process that started it may be gone.
      int port = peer.start();
      StringBuilder ready = new StringBuilder("ready " + port + " " + listener.getLocalPort());
      peer.processes().forEach(pid -> ready.append(' ').append(pid));
      System.out.println(ready);
      try (Socket control = listener.accept()) {
        control.setTcpNoDelay(true);
        PrintWriter out = new PrintWriter(control.getOutputStream(), true, StandardCharsets.UTF_8);
        new PeerProcess(peer, out)
            .serve(
                new BufferedReader(
                    new InputStreamReader(control.getInputStream(), StandardCharsets.UTF_8)));
      }
    } finally {
      peer.stop();
    }
  }

  private void serve(BufferedReader in) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String command = line.contains(" ") ? line.substring(0, line.indexOf(' ')) : line;
      switch (command) {
        case "ack" -> acknowledge(Long.parseLong(line.substring("ack ".length())));
        case Plan.COMMAND -> publish(Plan.parse(line));
        case "collect" -> out.println("collected " + collect());
        default -> throw new IOException("unknown command: " + line);
      }
    }
  }

  private void acknowledge(long round) {
    Publisher running = publisher;
    if (running != null) {
      running.acknowledge(round);
    }
  }

  private void publish(Plan plan) {
    Publisher started = new Publisher(peer, plan);
    publisher = started;
    Thread thread =
        new Thread(
            () -> {
              try {
                out.println("published " + started.run());
              } catch (InterruptedException | RuntimeException e) {
                out.println("failed " + e);
              }
            },
            "publisher");
    thread.setDaemon(true);
    thread.start();
  }

  private static long collect() {
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

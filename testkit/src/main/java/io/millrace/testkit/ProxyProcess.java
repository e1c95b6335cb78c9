package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that listens. A shell process waits for the end of its own input, which comes when this
 * JVM ends, and then ends the program.
 */
final class ProxyProcess implements AutoCloseable {

  private static final String GUARD =
      """
      exec 3<&0
      "$@" </dev/null &
      program=$!
      (read -r end <&3; kill "$program") &
      watch=$!
      wait "$program"
      kill "$watch"
      """;

  private static final long PATIENCE_SECONDS = 60;
  private static final long PAUSE_MILLIS = 20;

  private final Path folder;
  private final Path output;
  private final Process process;

  ProxyProcess(List<String> program, Path folder) throws IOException {
    this.folder = folder;
    output = folder.resolve("output");
    List<String> command = new ArrayList<>(List.of("sh", "-c", GUARD, "guard"));
    command.addAll(program);
    process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  void awaitListening(int port) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!listens(port)) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("It does not listen: " + Files.readString(output));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted", e);
      }
    }
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

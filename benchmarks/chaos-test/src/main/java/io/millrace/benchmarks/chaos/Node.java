package io.millrace.benchmarks.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A {@link ChaosServer} that can be killed, and started again on the same port. Blocks. */
final class Node {

  private static final Path LIBRARIES = Path.of("/usr/lib");

  private final Path log;
  private final Map<String, String> environment;
  private final int skew;
  private Optional<Process> process = Optional.empty();
  private volatile int port;

  /**
   * A server that does not run yet.
   *
   * @param log the file for its log
   * @param environment variables to set
   * @param skew how many seconds its clock is ahead
   */
  Node(Path log, Map<String, String> environment, int skew) {
    this.log = log;
    this.environment = environment;
    this.skew = skew;
  }

  /** Starts it and waits until it serves. */
  void start() throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ChaosServer.class.getName(),
            Integer.toString(port));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    if (skew != 0) {
      builder.environment().putAll(otherClock());
    }
    Process started = builder.start();
    process = Optional.of(started);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    while (line != null && !line.startsWith(ChaosServer.READY)) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("A server did not start: see " + log);
    }
    port = Integer.parseInt(line.substring(ChaosServer.READY.length()));
  }

  /**
   * The environment that moves the clock of a process, but not the clock by which it measures
   * durations.
   */
  private Map<String, String> otherClock() throws IOException {
    try (Stream<Path> folders = Files.list(LIBRARIES)) {
      Path library =
          folders
              .map(folder -> folder.resolve("faketime").resolve("libfaketime.so.1"))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow(
                  () -> new IOException("--skew needs libfaketime: apt-get install faketime"));
      return Map.of(
          "LD_PRELOAD",
          library.toString(),
          "FAKETIME",
          String.format("%+ds", skew),
          "FAKETIME_DONT_FAKE_MONOTONIC",
          "1",
          // Otherwise every wait with a timeout ends at once, and the JVM spins.
          "FAKETIME_FORCE_MONOTONIC_FIX",
          "0");
    }
  }

  /** Kills it as {@code kill -9} does, and waits until it is gone. */
  void kill() throws InterruptedException {
    if (process.isPresent()) {
      process.get().destroyForcibly().waitFor();
      process = Optional.empty();
    }
  }

  /** Its port, which stays the same once it was started. Safe on any thread. */
  int port() {
    return port;
  }
}

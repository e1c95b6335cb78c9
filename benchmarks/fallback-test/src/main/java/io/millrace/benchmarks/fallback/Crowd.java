package io.millrace.benchmarks.fallback;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Many clients of Millrace in a process of their own. Its methods block. */
final class Crowd implements AutoCloseable {

  private static final int LEAVE_SECONDS = 10;

  private final Process process;
  private final BufferedReader said;
  private final PrintWriter commands;

  /**
   * Connects them, and waits until all are connected.
   *
   * @param program the clients
   * @param port of the server
   */
  Crowd(Path program, int port, int clients) {
    try {
      process =
          new ProcessBuilder(
                  "node",
                  "--max-semi-space-size=128",
                  program.toString(),
                  String.valueOf(port),
                  String.valueOf(clients))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    said = process.inputReader(StandardCharsets.UTF_8);
    commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    next();
  }

  /** Does something that ends all connections, and waits until all clients are connected again. */
  Returns returnAfter(String event, Runnable action) {
    commands.println("watch");
    next();
    long begin = System.currentTimeMillis();
    action.run();
    JsonObject seen = new JsonObject(next());
    return Returns.of(event, begin, times(seen, "began"), times(seen, "connected"));
  }

  private static List<Long> times(JsonObject seen, String name) {
    return seen.getJsonArray(name).stream().map(each -> ((Number) each).longValue()).toList();
  }

  private String next() {
    try {
      String line = said.readLine();
      if (line == null) {
        throw new IllegalStateException("The clients have ended.");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(LEAVE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

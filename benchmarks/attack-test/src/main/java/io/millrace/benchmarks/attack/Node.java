package io.millrace.benchmarks.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An {@link AttackServer}, and what it reports about itself. Blocks. */
final class Node implements AutoCloseable {

  /** A server that does nothing except collect garbage answers late, or never. */
  private static final int PATIENCE_SECONDS = 60;

  private static final int END_SECONDS = 5;

  /** The exit status of the JVM with {@code -XX:+ExitOnOutOfMemoryError}. */
  private static final int OUT_OF_MEMORY = 3;

  private final Process process;
  private final BufferedReader out;
  private final PrintWriter commands;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final int port;
  private volatile Usage worst = Usage.NONE;
  private volatile Duration cpu = Duration.ZERO;

  /**
   * Starts a server and waits until it serves.
   *
   * @param setup how it differs from the README's
   * @param jvm options of its JVM
   * @param log the file for its log
   */
  Node(Setup setup, List<String> jvm, Path log) throws IOException {
    List<String> command =
        Stream.of(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                jvm,
                List.of("-cp", System.getProperty("java.class.path"), AttackServer.class.getName()))
            .flatMap(List::stream)
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().put(AttackServer.SETUP, setup.encode());
    process = builder.start();
    out = process.inputReader(StandardCharsets.UTF_8);
    commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    String line = out.readLine();
    while (line != null && !line.startsWith(AttackServer.READY)) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("The server did not start: see " + log);
    }
    port = Integer.parseInt(line.substring(AttackServer.READY.length()));
    Thread listener = new Thread(this::listen, "listener");
    listener.setDaemon(true);
    listener.start();
  }

  private void listen() {
    out.lines()
        .forEach(
            line -> {
              if (line.startsWith(AttackServer.USAGE)) {
                cpu = process.info().totalCpuDuration().orElse(cpu);
                worst = worst.or(Usage.of(line.substring(AttackServer.USAGE.length())));
              } else {
                answers.add(line);
              }
            });
  }

  int port() {
    return port;
  }

  /** Returns the most that it had in use, as far as it could report that. */
  Usage worst() {
    return worst;
  }

  /** Resets the maximum. */
  void forgetWorst() {
    worst = Usage.NONE;
  }

  /**
   * Makes it collect its garbage, and returns what is in use afterwards; empty if it does not
   * answer.
   */
  Optional<Usage> collect() throws InterruptedException {
    return ask(AttackServer.COLLECT, AttackServer.COLLECTED).map(Usage::of);
  }

  /** Makes it publish. */
  void feed() {
    commands.println(AttackServer.FEED);
  }

  /** Makes it stop publishing, and returns how many messages each channel got. */
  int stopFeeding() throws InterruptedException {
    return ask(AttackServer.STOP, AttackServer.FED).map(Integer::valueOf).orElse(0);
  }

  private Optional<String> ask(String command, String answer) throws InterruptedException {
    commands.println(command);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (isAlive() && System.nanoTime() < deadline) {
      String line = answers.poll(1, TimeUnit.SECONDS);
      if (line != null && line.startsWith(answer)) {
        return Optional.of(line.substring(answer.length()));
      }
    }
    return Optional.empty();
  }

  /** Returns the CPU time that it used, user and system, until it was last seen alive. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(cpu);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns how it ended; empty if it lives. */
  Optional<String> ending() {
    if (isAlive()) {
      return Optional.empty();
    }
    return Optional.of(
        process.exitValue() == OUT_OF_MEMORY
            ? "out of memory"
            : "exit status " + process.exitValue());
  }

  /** Ends it. */
  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

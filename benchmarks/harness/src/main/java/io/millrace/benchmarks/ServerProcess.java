package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server under test, and the connection for its commands. */
final class ServerProcess implements AutoCloseable {

  private static final String READY = "ready ";

  /**
   * Longer than it publishes; a server that does nothing except collect garbage until then has
   * failed.
   */
  private static final int MOST_SILENCE_MILLIS = 60_000;

  /** The exit status of the JVM with {@code -XX:+ExitOnOutOfMemoryError}. */
  private static final int OUT_OF_MEMORY = 3;

  private final Process process;
  private final List<Long> pids;
  private final int port;
  private final Socket control;
  private final BufferedReader answers;
  private final PrintWriter commands;
  private final double startOfOthers;

  /**
   * Starts a server and waits until it listens.
   *
   * @param command prints {@code ready <port> <control port>}, and perhaps the processes that count
   */
  ServerProcess(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = reader(process.getInputStream());
    String line = out.readLine();
    while (line != null && !line.startsWith(READY)) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("did not start; what it printed says why");
    }
    String[] words = line.split(" ", -1);
    port = Integer.parseInt(words[1]);
    pids =
        words.length > 3
            ? Stream.of(words).skip(3).map(Long::valueOf).toList()
            : List.of(process.pid());
    control = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(words[2]));
    control.setTcpNoDelay(true);
    control.setSoTimeout(MOST_SILENCE_MILLIS);
    answers = reader(control.getInputStream());
    commands = new PrintWriter(control.getOutputStream(), true, StandardCharsets.UTF_8);
    startOfOthers = cpuSeconds() - ownCpuSeconds();
  }

  private static BufferedReader reader(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  int port() {
    return port;
  }

  /** Reports how far all readers are. Safe on any thread. */
  void acknowledge(long round) {
    commands.println("ack " + round);
  }

  /** Makes it publish, and returns how many rounds it published. */
  long publish(Plan plan) throws IOException {
    return ask(plan.command(), "published");
  }

  /** Makes it collect its garbage, and returns how many bytes of heap are in use afterwards. */
  long collect() throws IOException {
    return ask("collect", "collected");
  }

  private long ask(String command, String answer) throws IOException {
    commands.println(command);
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the server " + ending());
    }
    if (!line.startsWith(answer + " ")) {
      throw new IOException("the server answered " + line);
    }
    return Long.parseLong(line.substring(answer.length() + 1));
  }

  private String ending() {
    Process ended = process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
    if (ended.isAlive()) {
      return "hung up";
    }
    return ended.exitValue() == OUT_OF_MEMORY
        ? "ran out of memory"
        : "ended with status " + ended.exitValue();
  }

  /** Returns the processes whose CPU and memory count. */
  List<Long> pids() {
    return pids;
  }

  /** Returns the CPU time of all processes that count. */
  double cpuSeconds() throws IOException {
    return Proc.cpuSeconds(pids);
  }

  /** Returns the part of it that the process itself used; 0 if it does not count. */
  double ownCpuSeconds() throws IOException {
    return Proc.cpuSeconds(pids.stream().filter(pid -> pid == process.pid()).toList());
  }

  /**
   * Returns how much CPU time it has used to warm up, without what the other processes used to
   * start.
   */
  double workedSeconds() throws IOException {
    return cpuSeconds() - startOfOthers;
  }

  long residentBytes() throws IOException {
    return Proc.residentBytes(pids);
  }

  @Override
  public void close() throws IOException {
    control.close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

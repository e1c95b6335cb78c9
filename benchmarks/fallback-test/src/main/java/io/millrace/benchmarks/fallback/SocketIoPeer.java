package io.millrace.benchmarks.fallback;

import io.millrace.testkit.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Socket.IO on Node, and its client. */
final class SocketIoPeer implements Peer {

  private record Running(Process process, PrintWriter numbers) {}

  private final Path program;
  private final Path page;
  private final int port = FreePorts.find();
  private volatile Optional<Running> running = Optional.empty();

  /**
   * @param program the server
   * @param page the folder of the page
   */
  SocketIoPeer(Path program, Path page) {
    this.program = program;
    this.page = page;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void start() {
    try {
      Process process =
          new ProcessBuilder("node", program.toString(), String.valueOf(port), page.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (process.inputReader(StandardCharsets.UTF_8).readLine() == null) {
        throw new IllegalStateException("Socket.IO does not start");
      }
      running =
          Optional.of(
              new Running(
                  process, new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    Optional<Running> old = running;
    running = Optional.empty();
    old.ifPresent(
        ended -> {
          ended.process().destroy();
          ended.process().onExit().join();
        });
  }

  @Override
  public void publish(long number, LongConsumer published) {
    running.ifPresent(
        server -> {
          server.numbers().println(number);
          published.accept(number);
        });
  }

  @Override
  public void close() {
    stop();
  }
}

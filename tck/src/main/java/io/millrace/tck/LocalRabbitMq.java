package io.millrace.tck;

import io.millrace.testkit.FreePorts;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The installed {@code rabbitmq-server}, with a temporary folder and an epmd (the port mapper with
 * which Erlang's nodes register) of its own.
 *
 * <p>A shell process, the guard, waits for the end of its input. That comes when this JVM ends,
 * even by {@code kill -9}. Then the guard kills the other processes and deletes the folder.
 */
final class LocalRabbitMq extends RabbitMqServer {

  /**
   * Where Debian has the scripts themselves. Its wrappers in the path always use the system's
   * folders.
   */
  private static final Path DEBIAN = Path.of("/usr/lib/rabbitmq/bin");

  private static final String GUARD =
      """
      trap '' HUP INT TERM
      epmd -port "$ERL_EPMD_PORT" -address "$ERL_EPMD_ADDRESS" </dev/null >/dev/null 2>&1 &
      epmd=$!
      cat >/dev/null
      [ -f pid ] && kill -9 "$(cat pid)"
      kill -9 "$epmd"
      cd / && rm -rf "$HOME"
      """;

  private final Path scripts;
  private final Path folder;
  private final int epmdPort;
  private final int distributionPort;
  private final Process guard;
  private Optional<Process> server = Optional.empty();

  private LocalRabbitMq(Path scripts) {
    this.scripts = scripts;
    List<Integer> free = FreePorts.find(2);
    epmdPort = free.get(0);
    distributionPort = free.get(1);
    try {
      folder = Files.createTempDirectory("millrace-rabbitmq-");
      Files.writeString(folder.resolve("enabled_plugins"), PLUGINS);
      Files.writeString(folder.resolve("rabbitmq.conf"), configuration("127.0.0.1"));
      guard = process(List.of("sh", "-c", GUARD)).start();
    } catch (IOException e) {
      throw new IllegalStateException("RabbitMQ's folder cannot be prepared", e);
    }
  }

  static Optional<RabbitMqServer> find() {
    return scripts().map(LocalRabbitMq::new);
  }

  /** Returns the folder of the scripts, if RabbitMQ is installed. */
  static Optional<Path> scripts() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(Stream.of(DEBIAN), Stream.of(path.split(File.pathSeparator)).map(Path::of))
        .filter(folder -> Files.isExecutable(folder.resolve("rabbitmq-server")))
        .findFirst();
  }

  private ProcessBuilder process(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("RABBITMQ_"));
    environment.put("HOME", folder.toString());
    environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    environment.put("ERL_EPMD_PORT", "" + epmdPort);
    environment.put("RABBITMQ_NODENAME", "millrace" + epmdPort + "@localhost");
    environment.put("RABBITMQ_NODE_PORT", "" + ports().amqp());
    environment.put("RABBITMQ_DIST_PORT", "" + distributionPort);
    environment.put("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString());
    environment.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
    environment.put("RABBITMQ_LOGS", "-"); // Log to the output.
    environment.put("RABBITMQ_PID_FILE", folder.resolve("server.pid").toString());
    environment.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString());
    environment.put("RABBITMQ_ADVANCED_CONFIG_FILE", folder.resolve("none.config").toString());
    environment.put("RABBITMQ_CONF_ENV_FILE", folder.resolve("none").toString());
    environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("enabled_plugins").toString());
    environment.put("RABBITMQ_CTL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
    environment.put(
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
        "-noinput -kernel inet_dist_use_interface {127,0,0,1}");
    // Makes the script's process become the server, instead of waiting for it.
    environment.put("RABBITMQ_ALLOW_INPUT", "true");
    return builder;
  }

  @Override
  boolean running() {
    return server.isPresent() && server.get().isAlive();
  }

  @Override
  void launch() {
    if (!guard.isAlive()) {
      throw new IllegalStateException(
          "The process that should stop RabbitMQ at the end has ended already.");
    }
    try {
      Process started =
          process(List.of(scripts.resolve("rabbitmq-server").toString()))
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output").toFile()))
              .start();
      server = Optional.of(started);
      Files.writeString(folder.resolve("pid"), "" + started.pid());
    } catch (IOException e) {
      throw new IllegalStateException("RabbitMQ cannot be started", e);
    }
  }

  @Override
  void end(boolean force) {
    Process process = server.orElseThrow();
    try {
      if (!force) {
        process.destroy();
        process.waitFor(30, TimeUnit.SECONDS);
      }
      process.destroyForcibly().waitFor();
      Files.delete(folder.resolve("pid"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new IllegalStateException("RabbitMQ's folder cannot be written to", e);
    }
  }

  @Override
  void save() {
    copy("data", "saved");
  }

  @Override
  void restore() {
    copy("saved", "data");
  }

  private void copy(String from, String to) {
    if (running()) {
      throw new IllegalStateException(
          "Stop RabbitMQ first: its data cannot be copied while it runs.");
    }
    String command = "rm -rf \"$2\" && cp -a \"$1\" \"$2\"";
    try {
      Process process =
          process(List.of("sh", "-c", command, "copy", from, to)).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("RabbitMQ's data cannot be copied: " + output);
      }
    } catch (IOException e) {
      throw new IllegalStateException("RabbitMQ's data cannot be copied", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  String log() {
    try {
      return Files.readString(folder.resolve("output"));
    } catch (IOException e) {
      return "The log cannot be read: " + e;
    }
  }

  @Override
  String run(List<String> command) {
    List<String> found = new ArrayList<>(command);
    found.set(0, scripts.resolve(command.get(0)).toString());
    try {
      Path errors = Files.createTempFile(folder, "errors", "");
      Process process = process(found).redirectError(errors.toFile()).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + ":\n" + output + Files.readString(errors));
      }
      return output;
    } catch (IOException e) {
      throw new IllegalStateException(command + " cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

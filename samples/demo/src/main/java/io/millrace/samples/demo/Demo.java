package io.millrace.samples.demo;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    version = "Millrace demo",
    description = "A chat, a live feed, and the transports side by side.",
    sortOptions = false)
public final class Demo implements Callable<Integer> {

  private static final long STOP_SECONDS = 10;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "${env:PORT:-8080}",
      description =
          "The port to listen on; 0 for any free one (default: the variable PORT, or 8080).")
  private int port;

  @Option(
      names = "--feed",
      paramLabel = "NAME=URL",
      description = "An RSS or Atom feed to follow; may be repeated.")
  private List<String> feeds = new ArrayList<>();

  @Option(
      names = "--feeds",
      paramLabel = "FILE",
      description = "A file of feeds, NAME=URL on each line.")
  private @Nullable Path feedsFile;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description = "How many event loops serve HTTP (default: one for each core).")
  private int instances = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--trusted-proxy",
      paramLabel = "ADDRESS",
      description =
          "The address of a proxy that says in X-Forwarded-For where visitors are; may be repeated.")
  private List<String> trustedProxies = new ArrayList<>();

  @Option(
      names = "--broker",
      paramLabel = "NAME",
      defaultValue = "memory",
      description = "Where messages come from: memory (default), stomp, stomp-stream or amqp.")
  private String broker = "memory";

  @Option(
      names = "--broker-url",
      paramLabel = "URL",
      defaultValue = "",
      description =
          "The address of that broker, for example stomp://user:password@localhost:61613.")
  private String brokerUrl = "";

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Makes the demo; {@link #main} starts it. */
  public Demo() {}

  /**
   * Starts the demo.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    // One line for each record, unless the user has configured something else.
    if (System.getProperty("java.util.logging.config.file") == null) {
      System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT %4$s %5$s%6$s%n");
    }
    Demo demo = new Demo();
    CommandLine commandLine =
        new CommandLine(demo)
            .setParameterExceptionHandler((e, given) -> complain(e.getMessage(), 2))
            .setExecutionExceptionHandler((e, line, given) -> complain(demo.reason(e), 1));
    int status = commandLine.execute(arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  @Override
  public Integer call() throws Exception {
    DemoOptions options = options();
    DemoServer server;
    try {
      server = DemoServer.start(options).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
    // The JVM's own status after SIGTERM would be 143; a clean stop is a success.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(stop(server) ? 0 : 1)));
    System.out.println("Millrace demo: http://localhost:" + server.port() + "/");
    return 0;
  }

  private DemoOptions options() {
    if (port < 0 || port > 65_535) {
      throw wrong("--port must be 0 to 65535, not " + port);
    }
    if (instances < 1 || instances > 1_000) {
      throw wrong("--instances must be 1 to 1000, not " + instances);
    }
    List<FeedSource> sources = new ArrayList<>();
    try {
      if (feedsFile != null) {
        sources.addAll(FeedSource.read(feedsFile));
      }
      feeds.forEach(feed -> sources.add(FeedSource.parse(feed)));
    } catch (IOException e) {
      throw wrong("--feeds: cannot read " + feedsFile);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    if (sources.stream().map(FeedSource::name).distinct().count() < sources.size()) {
      throw wrong("two feeds have the same name");
    }
    try {
      var unused = new Addresses(trustedProxies);
    } catch (IllegalArgumentException e) {
      throw wrong("--trusted-proxy: " + e.getMessage());
    }
    return new DemoOptions(port, instances, sources, trustedProxies, choice());
  }

  private BrokerChoice choice() {
    try {
      return BrokerChoice.of(broker, brokerUrl);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static boolean stop(DemoServer server) {
    try {
      server.close().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      return complain("did not stop cleanly: " + e, 1) == 0;
    }
  }

  private static int complain(@Nullable String message, int status) {
    System.err.println("demo: " + message + (status == 2 ? " (--help lists the options)" : ""));
    return status;
  }

  private String reason(Exception e) {
    if (e instanceof BindException) {
      return "port " + port + " is in use; choose another with --port or PORT";
    }
    return "could not start: " + e.getMessage();
  }
}

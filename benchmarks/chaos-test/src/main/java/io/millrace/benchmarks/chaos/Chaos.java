package io.millrace.benchmarks.chaos;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The chaos test; {@link #main} runs it. */
@Command(
    name = "benchmarks/chaos",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description =
        "Kills two servers on one RabbitMQ stream in turn, stops RabbitMQ once, and counts what every client was sent.")
public final class Chaos implements Callable<Integer> {

  private static final Path HOME = Path.of(System.getProperty("benchmarks.home", "."));
  private static final int SERVERS = 2;

  @Option(names = "--seconds", description = "How long to publish.")
  private int seconds = 60;

  @Option(names = "--rate", description = "Messages per second, over all channels.")
  private int rate = 200;

  @Option(names = "--channels", description = "How many channels.")
  private int channels = 10;

  @Option(names = "--clients", description = "How many clients, the same number of each technique.")
  private int clients = 50;

  @Option(names = "--kills", description = "How often each server is killed.")
  private int kills = 2;

  @Option(names = "--outage", description = "How many seconds RabbitMQ is stopped.")
  private int outage = 10;

  @Option(names = "--crash", description = "RabbitMQ is killed instead of being stopped.")
  private boolean crash;

  @Option(
      names = "--ring",
      paramLabel = "BYTES",
      description =
          "The bytes of the servers' rings; with fewer, more is read back from the stream.")
  private long ring = 64L << 20;

  @Option(
      names = "--nap",
      paramLabel = "SECONDS",
      description =
          "Clients also leave by themselves from time to time, each time for at most this long.")
  private int nap = 0;

  @Option(
      names = "--skew",
      paramLabel = "SECONDS",
      description = "How far the second server's clock is ahead; needs libfaketime.")
  private int skew = 0;

  @Option(
      names = "--patience",
      description = "How many seconds to wait for outstanding messages at the end.")
  private int patience = 60;

  @Option(names = "--seed", description = "Decides when things happen.")
  private long seed = new Random().nextInt(1_000_000);

  @Option(names = "--out", paramLabel = "FOLDER", description = "Where the servers' logs go.")
  private Path out = HOME.resolve(Path.of("chaos-test", "target", "chaos"));

  /** The chaos test; {@link #main} runs it. */
  public Chaos() {}

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Chaos()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(out);
    System.out.println("seed " + seed);
    try (Backend backend = Backend.start(crash)) {
      Map<String, String> environment = environment(backend);
      List<Node> nodes =
          IntStream.rangeClosed(1, SERVERS)
              .mapToObj(number -> new Node(log(number), environment, number == SERVERS ? skew : 0))
              .toList();
      try {
        for (Node node : nodes) {
          node.start();
        }
        return run(backend, nodes);
      } finally {
        for (Node node : nodes) {
          node.kill();
        }
      }
    }
  }

  private Path log(int number) {
    Path log = out.resolve("server-" + number + ".log");
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new IllegalStateException("The log cannot be deleted: " + log, e);
    }
    return log;
  }

  /** Each run has a stream of its own. */
  private Map<String, String> environment(Backend backend) {
    String name = "chaos-" + Long.toString(System.currentTimeMillis(), 36);
    JsonObject broker =
        new JsonObject()
            .put("uri", backend.uri())
            .put("mode", "stream")
            .put("stream", name)
            .put("prefix", name + ".");
    Map<String, String> environment = new HashMap<>();
    environment.put(ChaosServer.BROKER, broker.encode());
    environment.put(ChaosServer.RING, Long.toString(ring));
    return environment;
  }

  private int run(Backend backend, List<Node> nodes) throws IOException, InterruptedException {
    Random random = new Random(seed);
    Run run =
        new Run(
            new Balancer(nodes),
            names(),
            clients,
            () -> new Naps(Duration.ofSeconds(nap), new Random(random.nextLong())));
    run.attach(Duration.ofSeconds(patience));
    run.say(clients + " clients are attached");
    Trouble trouble = new Trouble(nodes, backend, Duration.ofSeconds(outage), run::say);
    run.publish(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), rate);
    trouble.make(kills, Duration.ofSeconds(seconds), random);
    run.finish(Duration.ofSeconds(seconds), Duration.ofSeconds(patience));
    Verdict verdict = run.verdict();
    verdict.lines().forEach(System.out::println);
    return verdict.isGood() ? 0 : 1;
  }

  private List<String> names() {
    return Stream.iterate(0, n -> n + 1).limit(channels).map(n -> "chaos." + n).toList();
  }
}

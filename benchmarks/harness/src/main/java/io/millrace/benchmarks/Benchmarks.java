package io.millrace.benchmarks;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The load test; {@link #main} runs it. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures Millrace beside its peers, and prints the results.",
    footer =
        "%nWith --micro as the first argument, JMH takes the others (-h) and measures parts of the engine.")
public final class Benchmarks implements Callable<Integer> {

  private static final Path HOME = Path.of(System.getProperty("benchmarks.home", "."));

  /** How often a run is repeated at most. */
  private static final int MOST_REPEATS = 2;

  @Option(
      names = "--quick",
      description =
          "The main scenarios once, with the main servers on Java, in less than ten minutes.")
  private boolean quick;

  @Option(names = "--runs", description = "How often each is measured, in turn (3; --quick: 1).")
  private int runs;

  @Option(
      names = "--scenario",
      paramLabel = "REGEX",
      description = "Only scenarios whose name matches.")
  private Pattern scenario = Pattern.compile(".*");

  @Option(
      names = "--target",
      paramLabel = "REGEX",
      description = "Only targets whose name, such as millrace/sse, matches.")
  private Pattern target = Pattern.compile(".*");

  @Option(
      names = "--server-cores",
      paramLabel = "LIST",
      description = "The cores of the servers, in the form of taskset; empty for any (0).")
  private String serverCores = "0";

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description =
          "A further option of the servers' JVMs, such as a profiler's agent; repeatable.")
  private List<String> jvmOptions = List.of();

  @Option(
      names = "--window",
      paramLabel = "ROUNDS",
      description = "How many rounds the slowest reader may be behind the publisher (16).")
  private int window = 16;

  @Option(
      names = "--patience",
      paramLabel = "MINUTES",
      description =
          "How many minutes to wait, in total, while other machines on the same host take the CPU (30; --quick: 0).")
  private int patience = -1;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where the report goes (benchmarks/target/report).")
  private Path out = HOME.resolve(Path.of("target", "report"));

  /** The load test; {@link #main} runs it. */
  public Benchmarks() {}

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).execute(arguments));
  }

  private Runner.Pace pace() {
    return quick
        ? new Runner.Pace(
            new Runner.Warming(3, 8, 500, 2, 2),
            new Runner.Warming(6, 25, 1000, 4, 4),
            2000,
            5000,
            300,
            window)
        : new Runner.Pace(
            new Runner.Warming(4, 30, 500, 3, 3),
            new Runner.Warming(6, 40, 1000, 4, 5),
            4000,
            10_000,
            300,
            window);
  }

  @Override
  public Integer call() throws Exception {
    Servers servers = new Servers(HOME, new Placement(serverCores), jvmOptions);
    tellMissing(servers);
    Machine machine = new Machine();
    Runner runner = new Runner(servers, pace());
    QuietHost host = new QuietHost(Duration.ofMinutes(patience >= 0 ? patience : quick ? 0 : 30));
    List<Result> results = new ArrayList<>();
    String report = "";
    for (Scenario chosen : scenarios()) {
      results.addAll(measure(runner, host, chosen, targets(chosen, servers)));
      // If somebody stops it, the results so far are kept.
      report = write(results, machine.describe(servers));
    }
    System.out.println(report);
    return results.stream().allMatch(Result::counts) ? 0 : 1;
  }

  /**
   * Measures all in turn, so that a disturbance of the machine affects all alike. A run that other
   * machines have disturbed is repeated, unless that would take too long.
   */
  private List<Result> measure(Runner runner, QuietHost host, Scenario chosen, List<Target> targets)
      throws IOException, InterruptedException {
    int repetitions = runs > 0 ? runs : quick ? 1 : 3;
    int repeats = quick ? 0 : targets.size();
    List<Result> results = new ArrayList<>();
    for (int run = 1; run <= repetitions; run++) {
      for (Target measured : targets) {
        host.await();
        Result result = measure(runner, chosen, measured, run);
        for (int again = 0; again < MOST_REPEATS && result.isDisturbed() && repeats > 0; again++) {
          repeats--;
          host.await();
          result = lessDisturbed(result, measure(runner, chosen, measured, run));
        }
        results.add(result);
      }
    }
    return results;
  }

  private static Result measure(Runner runner, Scenario chosen, Target target, int run) {
    Result result = runner.run(chosen, target, run);
    System.err.println(Report.line(result));
    return result;
  }

  /** A run that is void stays void, whatever it was done again for. */
  private static Result lessDisturbed(Result before, Result again) {
    return again.counts() && before.stolen() <= again.stolen() ? before : again;
  }

  private String write(List<Result> results, String machine) throws IOException {
    Report measured = new Report(results);
    String report = "%n%s%s".formatted(machine, measured.markdown());
    Files.createDirectories(out);
    for (Map.Entry<String, String> plot : measured.plots().entrySet()) {
      Files.writeString(out.resolve(plot.getKey() + ".svg"), plot.getValue());
    }
    Files.writeString(out.resolve("report.md"), report);
    Files.writeString(
        out.resolve("results.json"),
        new JsonArray(results.stream().map(Result::toJson).toList()).encodePrettily());
    return report;
  }

  private List<Scenario> scenarios() {
    return (quick ? Scenarios.QUICK : Scenarios.FULL)
        .stream().filter(chosen -> scenario.matcher(chosen.name()).matches()).toList();
  }

  private Stream<Target> wanted(Scenario chosen) {
    return Targets.of(chosen).stream().filter(some -> target.matcher(some.name()).matches());
  }

  private void tellMissing(Servers servers) {
    List<String> missing =
        scenarios().stream()
            .flatMap(this::wanted)
            .map(Target::server)
            .distinct()
            .filter(server -> !servers.has(server))
            .toList();
    if (!missing.isEmpty()) {
      System.err.println("Left out because they are not installed: " + String.join(", ", missing));
    }
  }

  private List<Target> targets(Scenario chosen, Servers servers) {
    return wanted(chosen).filter(measured -> servers.has(measured.server())).toList();
  }
}

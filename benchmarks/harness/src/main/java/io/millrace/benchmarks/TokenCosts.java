package io.millrace.benchmarks;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what JSON Web Tokens cost over WebSocket: the CPU of an attach, and the memory of an
 * idle connection, as ratios to an anonymous one of the same round.
 */
@Command(
    name = "benchmarks/run --tokens",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures what JSON Web Tokens cost.")
public final class TokenCosts implements Callable<Integer> {

  private static final Path HOME = Path.of(System.getProperty("benchmarks.home", "."));
  private static final String ANONYMOUS = "anonymous";

  /** Each storm of connections is measured. */
  private static final Runner.Warming NONE = new Runner.Warming(0, 0, 0, 0, 0);

  @Option(names = "--readers", description = "How many connect in a round (3000).")
  private int readers = 3000;

  @Option(names = "--rounds", description = "How often each connects (15).")
  private int rounds = 15;

  @Option(names = "--warm", description = "How often before that, until the server is warm (5).")
  private int warm = 5;

  @Option(names = "--idle-readers", description = "How many stay connected (10000).")
  private int idleReaders = 10_000;

  @Option(names = "--idle-rounds", description = "How often that is measured (3).")
  private int idleRounds = 3;

  @Option(
      names = "--server-cores",
      paramLabel = "LIST",
      description = "The cores of the server, in the form of taskset; empty for any (0).")
  private String serverCores = "0";

  @Option(names = "--conscrypt", description = "Conscrypt verifies the signatures, not the JDK.")
  private boolean conscrypt;

  /** The measurement; {@link #main} runs it. */
  public TokenCosts() {}

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new TokenCosts()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      Map<String, TokenIssuer> issuers = new LinkedHashMap<>();
      for (String algorithm : List.of("HS256", "RS256", "ES256")) {
        issuers.put(algorithm, TokenIssuer.of(vertx, algorithm));
      }
      String keys = TokenIssuer.jwks(List.copyOf(issuers.values()));
      Servers servers =
          new Servers(
              HOME,
              new Placement(serverCores),
              List.of(
                  "-D" + MillraceJwtPeer.JWKS + "=" + keys,
                  "-D" + MillraceJwtPeer.CONSCRYPT + "=" + conscrypt));
      Runner runner = new Runner(servers, new Runner.Pace(NONE, NONE, 0, 0, 300, 1));
      if (rounds > 0) {
        print("µs of CPU per attach", attaches(runner, servers, issuers));
      }
      if (idleRounds > 0) {
        print("bytes per idle connection", idle(runner, issuers));
      }
      return 0;
    } finally {
      vertx.close().await();
    }
  }

  /** One server serves all in turn, so that a disturbance of the machine affects all alike. */
  private List<Map<String, Double>> attaches(
      Runner runner, Servers servers, Map<String, TokenIssuer> issuers) throws Exception {
    Scenario scenario = Scenario.fanOut(readers).measuring(Scenario.Kind.CONNECT);
    List<Map<String, Double>> measured = new ArrayList<>();
    try (ServerProcess server =
        new ServerProcess(servers.command(Target.MILLRACE_JWT, scenario.kind()))) {
      for (int round = 1 - warm; round <= rounds; round++) {
        Map<String, Double> costs = new LinkedHashMap<>();
        Consumer<Target> measure =
            target ->
                costs.put(
                    target.protocol(),
                    value(runner.run(scenario, target, 1, server), Result::cpuMicros));
        measure.accept(target(ANONYMOUS, Target.MILLRACE_JWT, Optional.empty()));
        for (Map.Entry<String, TokenIssuer> each : issuers.entrySet()) {
          Optional<TokenIssuer> issuer = Optional.of(each.getValue());
          each.getValue().hand(each.getValue().sign(readers));
          measure.accept(target(each.getKey(), Target.MILLRACE_JWT, issuer));
          measure.accept(target(each.getKey() + " again", Target.MILLRACE_JWT, issuer));
        }
        if (round > 0) {
          measured.add(costs);
        }
        System.err.println((round > 0 ? "round " : "warming ") + round + " " + costs);
      }
    }
    return measured;
  }

  /**
   * Every run has a server of its own, since memory is not given back in full. As many tokens are
   * used before those that stay, as in a server that has run for a while: what verifies is
   * compiled, and the server remembers as many tokens as it ever does.
   */
  private List<Map<String, Double>> idle(Runner runner, Map<String, TokenIssuer> issuers) {
    Scenario scenario = Scenario.fanOut(idleReaders).measuring(Scenario.Kind.IDLE);
    List<Map<String, Double>> measured = new ArrayList<>();
    for (int round = 1; round <= idleRounds; round++) {
      Map<String, Double> bytes = new LinkedHashMap<>();
      Consumer<Target> measure =
          target ->
              bytes.put(
                  target.protocol(),
                  value(runner.run(scenario, target, 1), result -> result.measured().bytes()));
      measure.accept(target(ANONYMOUS, Target.MILLRACE_JWT, Optional.empty()));
      measure.accept(target("no authenticator", Target.MILLRACE, Optional.empty()));
      for (Map.Entry<String, TokenIssuer> each : issuers.entrySet()) {
        TokenIssuer issuer = each.getValue();
        issuer.hand(issuer.sign(2 * idleReaders));
        measure.accept(target(each.getKey(), Target.MILLRACE_JWT, Optional.of(issuer)));
      }
      measured.add(bytes);
      System.err.println("idle " + round + " " + bytes);
    }
    return measured;
  }

  private static double value(Result result, ToDoubleFunction<Result> value) {
    if (!result.counts()) {
      throw new IllegalStateException(result.target().name() + ": " + result.fault());
    }
    return value.applyAsDouble(result);
  }

  private static Target target(String name, String server, Optional<TokenIssuer> issuer) {
    return new Target(
        server,
        name,
        Target.WEBSOCKET,
        (tally, channel, ready) ->
            new TokenConnection(
                tally,
                ready,
                "/live/websocket?channels=bench." + channel,
                issuer.map(TokenIssuer::next)));
  }

  private static void print(String unit, List<Map<String, Double>> measured) {
    System.out.printf("%n| | %s | ratio |%n|---|---|---|%n", unit);
    for (String name : measured.get(0).keySet()) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.0f | %.2f |%n",
          name,
          median(measured, round -> round.getOrDefault(name, 0.0)),
          median(
              measured,
              round -> round.getOrDefault(name, 0.0) / round.getOrDefault(ANONYMOUS, 0.0)));
    }
  }

  private static double median(
      List<Map<String, Double>> rounds, ToDoubleFunction<Map<String, Double>> value) {
    return Report.median(rounds.stream().mapToDouble(value).toArray());
  }
}

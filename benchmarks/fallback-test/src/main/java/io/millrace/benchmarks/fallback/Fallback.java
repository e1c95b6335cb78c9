package io.millrace.benchmarks.fallback;

import com.microsoft.playwright.Browser;
import io.millrace.testing.Chromium;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The table of networks; {@link #main} makes it. */
@Command(
    name = "benchmarks/fallback",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description =
        "Opens a page in Chromium behind networks that fail in all usual ways, and prints what it received from"
            + " Millrace, SockJS and Socket.IO.")
public final class Fallback implements Callable<Integer> {

  private static final Path HOME = Path.of(System.getProperty("benchmarks.home", "."));
  private static final int WARM_UP_SECONDS = 3;
  private static final int WARM_UP_CUTS = 3;
  private static final String CROWD = "many clients return";

  @Option(
      names = "--rows",
      paramLabel = "REGEX",
      description = "Only networks in whose name this is found.")
  private Pattern chosen = Pattern.compile("");

  @Option(names = "--list", description = "List the networks, and end.")
  private boolean list;

  @Option(names = "--seconds", description = "How long a page stays at least.")
  private int seconds = 20;

  @Option(names = "--rate", description = "Messages per second.")
  private int rate = 50;

  @Option(
      names = "--patience",
      description = "How many seconds to wait for outstanding messages at the end.")
  private int patience = 30;

  @Option(
      names = "--peers",
      split = ",",
      description = "Which servers; those that are not installed are left out.")
  private List<String> peers = List.of("millrace", "sockjs", "socketio");

  @Option(
      names = "--clients",
      description = "How many clients return after a restart and a cut; only of Millrace.")
  private int clients = 1000;

  @Option(names = "--trace", description = "Also prints what Millrace's client decided, and when.")
  private boolean trace;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Also writes a page of Markdown there, such as docs/fallback.md.")
  private Optional<Path> out = Optional.empty();

  /** The table; {@link #main} makes it. */
  public Fallback() {}

  /**
   * Makes it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Logger.getLogger("").setLevel(Level.WARNING);
    System.exit(new CommandLine(new Fallback()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    List<Row> rows = Rows.all().stream().filter(row -> chosen.matcher(row.name()).find()).toList();
    if (list) {
      rows.forEach(row -> System.out.println(row.name()));
      System.out.println(CROWD);
      return 0;
    }
    StringBuilder tables = new StringBuilder();
    boolean good = true;
    try (Chromium chromium = new Chromium()) {
      for (String peer : rows.isEmpty() ? List.<String>of() : peers) {
        Optional<Peer> server = Peers.find(peer, HOME);
        if (server.isEmpty()) {
          System.err.println(peer + " is left out: npm ci --prefix benchmarks/node");
          continue;
        }
        List<Outcome> outcomes = run(chromium.browser(), peer, server.get(), rows);
        tables.append("## ").append(Peers.title(peer)).append("\n\n");
        tables.append(Report.table(outcomes)).append('\n');
        good &= !peer.equals(Peers.MILLRACE) || outcomes.stream().allMatch(Outcome::isGood);
        write(tables); // If somebody stops it, the results so far are kept.
      }
    }
    if (peers.contains(Peers.MILLRACE) && chosen.matcher(CROWD).find()) {
      List<Returns> returns = returns();
      tables.append("## Many clients return\n\n").append(Returns.table(returns));
      good &= returns.stream().allMatch(Returns::isGood);
      write(tables);
    }
    System.out.println(tables);
    return good ? 0 : 1;
  }

  private List<Outcome> run(Browser browser, String name, Peer peer, List<Row> rows) {
    Duration patient = Duration.ofSeconds(patience);
    Duration warmUp = Duration.ofSeconds(WARM_UP_SECONDS);
    new Visit(browser, Row.of("warm-up"), rate, warmUp, patient, false).run(peer);
    List<Outcome> outcomes = new ArrayList<>();
    for (Row row : rows) {
      Outcome outcome =
          new Visit(browser, row, rate, Duration.ofSeconds(seconds), patient, trace).run(peer);
      outcomes.add(outcome);
      System.err.print(name + " " + Report.line(outcome));
    }
    return outcomes;
  }

  /** A crowd's clients are all behind one address, and nothing limits them. */
  private List<Returns> returns() {
    Path program = HOME.resolve("node").resolve("crowd.js");
    try (MillracePeer peer = new MillracePeer()) {
      peer.start();
      try (Crowd crowd = new Crowd(program, peer.port(), clients)) {
        for (int i = 0; i < WARM_UP_CUTS; i++) {
          crowd.returnAfter("warm-up", peer::cut);
        }
        return List.of(
            crowd.returnAfter(
                "server restarted",
                () -> {
                  peer.stop();
                  peer.start();
                }),
            crowd.returnAfter("connections cut", peer::cut));
      }
    }
  }

  private void write(CharSequence tables) throws IOException {
    if (out.isPresent()) {
      String intro =
          new String(
              Fallback.class.getResourceAsStream("intro.md").readAllBytes(),
              StandardCharsets.UTF_8);
      Files.writeString(
          out.get(), intro.formatted(LocalDate.now(ZoneOffset.UTC), rate, seconds) + tables);
    }
  }
}

package io.millrace.benchmarks.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The attacks; {@link #main} runs them. */
@Command(
    name = "benchmarks/attack",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description =
        "Attacks the README's server in one way after another, a new server each time, and prints what it held, what"
            + " the attacker was answered, and how honest clients beside it fared.")
public final class Attacks implements Callable<Integer> {

  private static final Path HOME = Path.of(System.getProperty("benchmarks.home", "."));

  private static final Duration AFTERWARDS = Duration.ofSeconds(2);

  @Option(
      names = "--attack",
      paramLabel = "REGEX",
      description = "Only attacks whose name matches; \"none\" always comes first.")
  private Pattern chosen = Pattern.compile(".*");

  @Option(names = "--list", description = "List the attacks, and end.")
  private boolean list;

  @Option(names = "--seconds", description = "How long each attack lasts.")
  private int seconds = 20;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "How long honest clients are served before anything counts.")
  private int warmUp = 8;

  @Option(
      names = "--uplink",
      paramLabel = "MBIT/S",
      description = "How much the attacker can send: one machine with a good line.")
  private double uplink = 100;

  @Option(
      names = "--same-address",
      description = "Honest clients have the attacker's address, as behind one NAT.")
  private boolean sameAddress;

  @Option(names = "--heap", paramLabel = "MB", description = "The server's heap.")
  private int heap = 256;

  @Option(
      names = "--direct",
      paramLabel = "MB",
      description =
          "The server's direct memory. By default what docs/operating.md advises for the 3,000 clients that stand"
              + " still: 128 KiB for each.")
  private int direct = 384;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "A further option of the server's JVM; repeatable.")
  private List<String> jvm = List.of();

  @Option(
      names = "--readers",
      paramLabel = "N",
      description =
          "Instead of the attacks: N WebSockets with one channel, then N event streams with a channel each,"
              + " of which half stop reading. 5000 need --heap 512 and --seconds 90.")
  private int readers;

  @Option(
      names = "--rate",
      paramLabel = "MB/S",
      description = "How much all readers of --readers together are sent in a second.")
  private double rate = 20;

  @Option(names = "--out", paramLabel = "FOLDER", description = "Where report and logs go.")
  private Path out = HOME.resolve(Path.of("attack-test", "target", "attack"));

  /** The attacks; {@link #main} runs them. */
  public Attacks() {}

  /**
   * Runs them.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Attacks()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Attack> attacks = attacks();
    if (list) {
      attacks.forEach(attack -> System.out.printf("%-24s %s%n", attack.name(), attack.tries()));
      return 0;
    }
    Trial trial =
        new Trial(
            options(),
            Duration.ofSeconds(warmUp),
            Duration.ofSeconds(seconds),
            AFTERWARDS,
            uplink,
            !sameAddress,
            out);
    List<Outcome> outcomes = new ArrayList<>();
    for (Attack attack : attacks) {
      System.err.println(attack.name() + ": " + attack.tries());
      outcomes.add(trial.run(attack));
      // If somebody stops it, the results so far are kept.
      Files.writeString(out.resolve("report.md"), Report.table(outcomes));
    }
    System.out.println(Report.table(outcomes));
    return outcomes.stream().allMatch(Outcome::isGood) ? 0 : 1;
  }

  private List<Attack> attacks() {
    List<Attack> all =
        readers > 0
            ? List.of(
                new None(), new Audience(readers, rate, false), new Audience(readers, rate, true))
            : Catalogue.all();
    return all.stream()
        .filter(
            attack -> attack.name().equals(None.NAME) || chosen.matcher(attack.name()).matches())
        .toList();
  }

  private List<String> options() {
    return Stream.concat(
            Stream.of(
                "-Xmx" + heap + "m",
                "-XX:MaxDirectMemorySize=" + direct + "m",
                "-XX:+ExitOnOutOfMemoryError"),
            jvm.stream())
        .toList();
  }
}

package io.millrace.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A very short attack: too short to mean anything, but with everything that belongs to it. */
@Tag("slow")
@Timeout(300)
class TrialTest {

  private static final Duration MOMENT = Duration.ofMillis(500);

  /** How long a busy machine may take. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path out;

  @Test
  void anAttackIsAnsweredAndHonestClientsAreServed() throws Exception {
    Outcome outcome = trial("-Xmx128m").run(new UntilAnswered(named("json-members")));

    assertThat(outcome.ending()).isEmpty();
    assertThat(outcome.serves()).isTrue();
    assertThat(outcome.sent()).isGreaterThan(Commands.MOST_BYTES);
    assertThat(outcome.answers()).isNotEmpty();
    assertThat(outcome.service().delivered()).isPositive();
    // On a busy machine publishes come in bursts, and the rate refuses some.
    assertThat(outcome.service().lost()).isLessThanOrEqualTo(outcome.service().refused());
    assertThat(outcome.service().doubled()).isZero();
    assertThat(outcome.service().max()).isPositive();
    assertThat(outcome.worst().heap()).isPositive();
    assertThat(outcome.cores()).isPositive();
  }

  @Test
  void anAttackThatEndsTheServerIsTold() throws Exception {
    Outcome outcome = trial("-Xmx128m").run(new Kill());

    assertThat(outcome.isGood()).isFalse();
    assertThat(outcome.fault()).startsWith("dead: exit status");
    assertThat(Report.table(List.of(outcome))).contains("| kill |").contains("| dead: exit status");
  }

  @Test
  void aServerThatDoesNotStartIsTold() {
    assertThatThrownBy(() -> trial("-Xmx1k").run(new None()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.log");
  }

  @Test
  void everyAttackHasANameOfItsOwnAndSaysWhatItTries() {
    assertThat(Catalogue.all()).extracting(Attack::name).doesNotHaveDuplicates();
    assertThat(Catalogue.all()).extracting(Attack::tries).doesNotContain("").isNotEmpty();
    assertThat(Catalogue.all())
        .allMatch(attack -> Setup.of(attack.setup().encode()).equals(attack.setup()));
  }

  private Trial trial(String heap) {
    return new Trial(List.of(heap), Duration.ZERO, PATIENCE, MOMENT, 100, true, out);
  }

  private static Attack named(String name) {
    return Catalogue.all().stream()
        .filter(attack -> attack.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Does something that an attack must not be able to do. */
  private static final class Kill implements Attack {

    @Override
    public String name() {
      return "kill";
    }

    @Override
    public String tries() {
      return "kill -9";
    }

    @Override
    public void run(Attacker attacker) {
      ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
      attacker.await(() -> false);
    }
  }

  /** An attack whose time ends with its first answer. */
  private record UntilAnswered(Attack attack) implements Attack {

    @Override
    public String name() {
      return attack.name();
    }

    @Override
    public String tries() {
      return attack.tries();
    }

    @Override
    public Setup setup() {
      return attack.setup();
    }

    @Override
    public void run(Attacker attacker) throws InterruptedException {
      Thread watcher =
          new Thread(
              () -> {
                attacker.await(() -> !attacker.answers().counts().isEmpty());
                attacker.finish();
              });
      watcher.start();
      attack.run(attacker);
      watcher.join();
    }
  }
}

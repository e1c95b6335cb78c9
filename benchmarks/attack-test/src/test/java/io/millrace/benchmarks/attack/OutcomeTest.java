package io.millrace.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Service SERVED = new Service(900, 0, 0, 0, 0, 1, 20, 400);

  @Test
  void aServerThatLivesAndServesIsGood() {
    assertThat(outcome(SERVED, Optional.empty(), true).isGood()).isTrue();
  }

  @Test
  void whatIsWrongIsTold() {
    assertThat(outcome(SERVED, Optional.of("out of memory"), false).fault())
        .isEqualTo("dead: out of memory");
    assertThat(outcome(SERVED, Optional.empty(), false).fault()).isEqualTo("answers nobody");
    assertThat(outcome(SERVED, Map.of(Answers.NONE, 3L)).fault()).isEqualTo("no answer to 3");
    assertThat(served(new Service(0, 0, 0, 0, 0, 0, 0, 0)).fault())
        .isEqualTo("honest clients got nothing");
    assertThat(served(new Service(900, 2, 0, 0, 0, 1, 20, 400)).fault())
        .isEqualTo("2 lost, 0 doubled");
    assertThat(served(new Service(900, 0, 1, 0, 0, 1, 20, 400)).fault())
        .isEqualTo("0 lost, 1 doubled");
    assertThat(served(new Service(900, 0, 0, 0, 0, 1, 251, 400)).fault()).isEqualTo("p99 251 ms");
  }

  @Test
  void whatWasPublishedAndDidNotComeIsMissing() {
    HonestChannel channel = new HonestChannel("a");
    channel.receive(channel.next(), System.nanoTime());
    channel.next();
    channel.reset();
    int counted = channel.next();
    channel.next();

    assertThat(channel.missing()).isEqualTo(2);
    channel.receive(counted, System.nanoTime());
    channel.receive(counted, System.nanoTime());
    assertThat(channel.missing()).isEqualTo(1);
    assertThat(channel.doubled()).isEqualTo(1);
  }

  private static Outcome served(Service service) {
    return outcome(service, Optional.empty(), true);
  }

  private static Outcome outcome(Service service, Map<String, Long> answers) {
    return outcome(service, answers, Optional.empty(), true);
  }

  private static Outcome outcome(Service service, Optional<String> ending, boolean serves) {
    return outcome(service, Map.of(), ending, serves);
  }

  private static Outcome outcome(
      Service service, Map<String, Long> answers, Optional<String> ending, boolean serves) {
    return new Outcome(
        "a",
        1,
        Usage.NONE,
        Usage.NONE,
        Usage.NONE,
        Usage.NONE,
        1,
        answers,
        service,
        ending,
        serves);
  }
}

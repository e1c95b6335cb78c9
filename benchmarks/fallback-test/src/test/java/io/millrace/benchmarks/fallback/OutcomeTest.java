package io.millrace.benchmarks.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Row ROW = Row.of("a row");

  @Test
  void everythingOnceInOrderIsGood() {
    Outcome outcome = outcome(List.of(), 3, 100, 4, 120, 5, 140);
    assertThat(outcome.first()).isEqualTo(100);
    assertThat(outcome.silence()).isEqualTo(20);
    assertThat(outcome.transports()).containsExactly("sse 0.1");
    assertThat(outcome.isGood()).isTrue();
  }

  @Test
  void whatIsMissingAfterTheFirstIsLost() {
    Outcome outcome = outcome(List.of(), 2, 100, 4, 120);
    assertThat(outcome.lost()).isEqualTo(2);
    assertThat(outcome.isGood()).isFalse();
  }

  @Test
  void nothingAtAllIsNeverAndAllLost() {
    Outcome outcome = outcome(List.of());
    assertThat(outcome.first()).isInfinite();
    assertThat(outcome.lost()).isEqualTo(5);
    assertThat(Report.line(outcome)).startsWith("| a row | **never** |");
  }

  @Test
  void whatComesAgainOrLateIsCounted() {
    Outcome outcome = outcome(List.of(), 1, 100, 3, 100, 2, 100, 3, 100, 4, 100, 5, 100);
    assertThat(outcome.disordered()).isEqualTo(1);
    assertThat(outcome.doubled()).isEqualTo(1);
    assertThat(outcome.lost()).isZero();
  }

  @Test
  void afterAnOutageASilenceCountsFromItsEnd() {
    List<Outcome.Outage> outage = List.of(new Outcome.Outage(10_150, 20_000));
    Outcome outcome = outcome(outage, 1, 100, 2, 120, 3, 14_000, 4, 14_010, 5, 14_020);
    assertThat(outcome.silence()).isEqualTo(4_000);
    assertThat(outcome.isShort()).isFalse();
  }

  @Test
  void aSilenceThatLastsUntilTheEndCounts() {
    List<Outcome.Outage> outage = List.of(new Outcome.Outage(10_150, 20_000));
    assertThat(outcome(outage, 1, 100, 2, 120).silence()).isEqualTo(5_000);
  }

  /** Five messages were published, from 10 s to 25 s; pairs are a number and when it came. */
  private static Outcome outcome(List<Outcome.Outage> outages, int... pairs) {
    JsonArray received = new JsonArray();
    for (int i = 0; i < pairs.length; i += 2) {
      received.add(new JsonArray().add(pairs[i]).add(10_000 + pairs[i + 1]));
    }
    JsonObject seen =
        new JsonObject()
            .put("started", 10_000)
            .put("received", received)
            .put("transports", new JsonArray().add(new JsonArray().add("sse").add(10_100)))
            .put("gaps", 0);
    TreeSet<Long> published = new TreeSet<>(LongStream.rangeClosed(1, 5).boxed().toList());
    double stopped = pairs.length < 6 ? 25_000 : 10_000 + pairs[pairs.length - 1];
    return Outcome.of(ROW, seen, published, outages, stopped, 7);
  }
}

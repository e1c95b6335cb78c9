package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.MillraceOptions;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.Survey;
import io.millrace.core.testing.TestOutlet;
import io.millrace.spi.Ending;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests a reader's subscriptions while the log is ahead of its shard: what is due to each is sent
 * before the reader is live.
 */
class SubscribingTest {

  private static Vertx vertx;
  private final MillraceOptions options = new MillraceOptions();
  private final TestOutlet outlet = new TestOutlet();
  private Rig rig;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @AfterEach
  void nothingIsLeft() {
    rig.shards.compute(
        shard -> {
          shard.end(reader -> Optional.of(Ending.DONE));
          return shard;
        });
    rig.nothingRemains();
  }

  private StreamReader reader(String... patterns) {
    rig = new Rig(vertx, options);
    StreamReader reader = rig.stream(outlet, ResumeFrom.NOW, patterns);
    rig.settle();
    return reader;
  }

  private void first(StreamReader reader, String id, ResumeFrom start, String... patterns) {
    reader.subscribeFirst(id, rig.log.attach(Rig.subscriptions(patterns), start));
  }

  private void later(StreamReader reader, String id, ResumeFrom start, String... patterns) {
    reader.subscribeLater(id, rig.log.attach(Rig.subscriptions(patterns), start), () -> {});
  }

  private void story(String... expected) {
    eventually(() -> assertThat(outlet.story()).containsExactly(expected));
  }

  @Test
  void theFirstIsConfirmedThoughTheNextFollowsAtOnceAndOthersPublish() {
    StreamReader reader = reader();
    rig.onLoop(
        () -> {
          rig.append("x");
          first(reader, "1", ResumeFrom.NOW, "a");
          later(reader, "2", ResumeFrom.NOW, "b");
        });
    story("welcome", "ok", "ok");
    assertThat(outlet.frames("ok"))
        .extracting(ok -> ok.getInteger("id"))
        .containsExactly(1, 2); // In the order of the commands.
    rig.append("a", "b");
    story("welcome", "ok", "ok", "2", "3");
  }

  @Test
  void theFirstIsConfirmedThoughTheOutletIsFullMeanwhile() {
    StreamReader reader = reader();
    outlet.writable = false;
    rig.onLoop(
        () -> {
          rig.append("x");
          first(reader, "1", ResumeFrom.NOW, "a");
          later(reader, "2", rig.after(0), "b");
          later(reader, "3", ResumeFrom.NOW, "c");
        });
    rig.settle();
    story("welcome");
    rig.onLoop(outlet::drain);
    story("welcome", "ok", "ok", "ok");
  }

  @Test
  void theFirstIsConfirmedThoughItsReplayBeginsWhereTheShardIs() {
    StreamReader reader = reader();
    rig.onLoop(
        () -> {
          rig.append("a", "a");
          first(reader, "1", Rig.last(2), "a");
        });
    eventually(() -> assertThat(outlet.story()).containsExactly("welcome", "r1", "2", "ok"));
  }

  @Test
  void theFirstIsConfirmedThoughItIsGivenUpAtOnce() {
    StreamReader reader = reader();
    rig.onLoop(
        () -> {
          rig.append("x");
          first(reader, "1", ResumeFrom.NOW, "a");
          rig.shard.release(reader.unsubscribe(List.of(ChannelPattern.of("a"))));
          later(reader, "2", ResumeFrom.NOW, "b");
        });
    story("welcome", "ok", "ok");
  }

  @Test
  void aLaterOneThatBeginsWhereItsReaderIsIsToldWhatTheBrokerDidNotBringBefore() {
    StreamReader reader = reader("a");
    rig.onLoop(
        () -> {
          List<Long> heardFrom = List.of(rig.log.takePlace());
          Survey survey = rig.log.enter(Rig.subscriptions("b"), heardFrom, rig.after(0));
          reader.subscribeLater("1", rig.log.begin(survey), () -> {});
        });
    story("welcome", "gap[\"b\"]", "ok");
  }

  @Test
  void aReaderIsSlowAlsoIfItWasGivenAFurtherSubscriptionAtOnce() {
    options.setRingBytes(0).setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
    rig = new Rig(vertx, options);
    rig.stream(new TestOutlet(), ResumeFrom.NOW, "x"); // The shard already follows the log.
    rig.settle();
    rig.onLoop(
        () -> {
          rig.append("x");
          StreamReader begun =
              new StreamReader(rig.shard, "test", rig.framing, outlet, Rig.SETTINGS);
          begun.begin(rig.log.attach(Rig.subscriptions("a"), ResumeFrom.NOW));
          later(begun, "1", ResumeFrom.NOW, "b");
        });
    story("welcome", "ok");
    rig.settle(); // It reads for the first time after the confirmation.
    outlet.writable = false;
    rig.append("a", "a", "a", "a");
    rig.settle();
    rig.onLoop(outlet::drain);
    story("welcome", "ok", "gap[\"a\"]", "4", "5");
    assertThat(outlet.frames("gap").get(0).getString("reason")).isEqualTo("slow");
  }
}

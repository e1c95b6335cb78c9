package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.MillraceOptions;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.Survey;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tests a reader's subscriptions while the log is ahead of its shard: what is due to each is sent
 * before the reader is live.
 */
class SubscribingTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions();
  private final TestOutlet outlet = new TestOutlet();
  private Rig rig;

  @AfterEach
  void endAll() {
    rig.endAll();
  }

  private LastingReader reader(String... patterns) {
    rig = new Rig(vertx, options);
    LastingReader reader = rig.stream(outlet, ResumeFrom.NOW, patterns);
    rig.settle();
    return reader;
  }

  private void first(LastingReader reader, String id, ResumeFrom start, String... patterns) {
    reader.subscribeFirst(id, rig.log.attach(Rig.subscriptions(patterns), start));
  }

  private void later(LastingReader reader, String id, ResumeFrom start, String... patterns) {
    reader.subscribeLater(id, rig.log.attach(Rig.subscriptions(patterns), start), () -> {});
  }

  private void story(String... expected) {
    eventually(() -> assertThat(outlet.story()).containsExactly(expected));
  }

  @Test
  void theFirstIsConfirmedThoughTheNextFollowsAtOnceAndOthersPublish() {
    LastingReader reader = reader();
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
    LastingReader reader = reader();
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
    LastingReader reader = reader();
    rig.onLoop(
        () -> {
          rig.append("a", "a");
          first(reader, "1", Rig.last(2), "a");
        });
    eventually(() -> assertThat(outlet.story()).containsExactly("welcome", "r1", "2", "ok"));
  }

  @Test
  void theFirstIsConfirmedThoughItIsGivenUpAtOnce() {
    LastingReader reader = reader();
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
    LastingReader reader = reader("a");
    rig.onLoop(
        () -> {
          List<Long> heardFrom = List.of(rig.log.takePlace());
          Survey survey = rig.log.enter(Rig.subscriptions("b"), heardFrom, rig.after(0));
          reader.subscribeLater("1", rig.log.start(survey), () -> {});
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
          LastingReader begun =
              new LastingReader(rig.shard, "test", rig.framing, outlet, Rig.SETTINGS);
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

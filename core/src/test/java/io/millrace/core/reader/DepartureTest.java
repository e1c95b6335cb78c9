package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DepartureTest {

  private static final int CLIENTS = 1000;
  private static final Duration WINDOW = Duration.ofSeconds(2);
  private static final int LINGER_MILLIS = 2000;

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final Rig rig = new Rig(vertx, new MillraceOptions());
  private final List<TestOutlet> outlets = new ArrayList<>();

  private Future<Void> depart(Duration window) {
    return rig.shards.depart(
        reader -> Optional.of(ReaderLoops.goingAway(Duration.ofSeconds(1))), window);
  }

  private TestOutlet stream() {
    TestOutlet outlet = new TestOutlet();
    outlets.add(outlet);
    rig.stream(outlet, ResumeFrom.NOW, "a");
    return outlet;
  }

  /** Adds one to the count of a tenth of a second. */
  private static void count(Map<Long, Integer> buckets, long millis) {
    buckets.merge(millis / 100, 1, Integer::sum);
  }

  @Test
  void noTenthOfASecondHasMoreThanATenthOfTheReturns() {
    long begin = rig.time.get();
    Map<Long, Integer> asked = new HashMap<>();
    Map<Long, Integer> returning = new HashMap<>();
    for (int i = 0; i < CLIENTS; i++) {
      stream().onWrite =
          written -> {
            if (written.toString().contains("goodbye")) {
              long after = rig.time.get() - begin;
              count(asked, after);
              count(returning, after + TestOutlet.after(written));
            }
          };
    }
    Future<Void> over = depart(WINDOW);
    for (long passed = 0; passed < WINDOW.toMillis() + LINGER_MILLIS; passed += 50) {
      rig.pass(50);
    }
    eventually(() -> assertThat(over.succeeded()).isTrue());
    assertThat(rig.readers()).isZero();
    assertThat(rig.timers()).isZero();
    for (Map<Long, Integer> buckets : List.of(asked, returning)) {
      assertThat(buckets.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(CLIENTS);
      assertThat(buckets.values()).allMatch(count -> count <= CLIENTS / 10);
    }
  }

  @Test
  void clientsOfANodeThatClosesAreToldToReturnAtDifferentTimes() {
    Map<Long, Integer> returning = new HashMap<>();
    Duration window = new MillraceOptions().drainWindow();
    int many = 10 * CLIENTS; // A share of so many hardly depends on chance.
    IntStream.range(0, many)
        .forEach(i -> count(returning, ReaderLoops.goingAway(window).after().toMillis()));
    assertThat(returning).hasSize(13);
    assertThat(returning.values()).allMatch(count -> count <= many / 10);
  }

  @Test
  void whoIsAskedToLeaveIsServedUntilItLeavesOrItsTimeIsOver() {
    TestOutlet staying = stream();
    TestOutlet leaving = stream();
    TestOutlet full = stream();
    full.writable = false;
    Future<Void> over = depart(Duration.ZERO);
    eventually(() -> assertThat(staying.story()).containsExactly("welcome", "goodbye"));
    rig.onLoop(leaving::close);
    rig.append("a");
    eventually(() -> assertThat(staying.story()).containsExactly("welcome", "goodbye", "1"));
    rig.pass(LINGER_MILLIS - 50);
    assertThat(staying.endings).isEmpty();
    rig.pass(50);
    eventually(() -> assertThat(over.succeeded()).isTrue());
    assertThat(staying.endings).hasSize(1);
    assertThat(staying.story()).containsExactly("welcome", "goodbye", "1");
    assertThat(full.endings).hasSize(1);
    assertThat(full.story()).containsExactly("welcome");
    assertThat(leaving.endings).isEmpty();
  }

  @Test
  void heldLongPollsAreAnsweredInTheirTurn() {
    TestOutlet held = new TestOutlet();
    rig.batch(held, Duration.ofSeconds(25), ResumeFrom.NOW, "a");
    Future<Void> over = depart(Duration.ZERO);
    eventually(() -> assertThat(held.writes).hasSize(1));
    rig.pass(50);
    eventually(() -> assertThat(over.succeeded()).isTrue());
  }

  @Test
  void whoWasNotAskedBeforeTheReasonIsGoneStays() {
    for (int i = 0; i < 10; i++) {
      stream();
    }
    AtomicBoolean off = new AtomicBoolean(true);
    Future<Void> over =
        rig.shards.depart(
            reader -> off.get() ? Optional.of(Ending.TRANSPORT_OFF) : Optional.empty(), WINDOW);
    rig.pass(500);
    off.set(false);
    rig.pass(WINDOW.toMillis());
    rig.pass(LINGER_MILLIS);
    eventually(() -> assertThat(over.succeeded()).isTrue());
    assertThat(rig.readers()).isBetween(1, 9);
    rig.endAll();
  }
}

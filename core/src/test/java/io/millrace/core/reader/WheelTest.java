package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.testing.TestVertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WheelTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final Rig rig = new Rig(vertx, new MillraceOptions());
  private final Wheel wheel = rig.shard.wheel();
  private final List<String> fired = new CopyOnWriteArrayList<>();

  private Wheel.Timer timer(String name) {
    return timer(name, () -> {});
  }

  private Wheel.Timer timer(String name, Runnable action) {
    return new Wheel.Timer(
        () -> {
          fired.add(name);
          action.run();
        });
  }

  private void schedule(Wheel.Timer timer, long in) {
    rig.onLoop(() -> wheel.schedule(timer, rig.time.get() + in));
  }

  @Test
  void firesWhenDueAndNotBefore() {
    schedule(timer("late"), 300);
    schedule(timer("early"), 100);
    rig.pass(50);
    assertThat(fired).isEmpty();
    rig.pass(50);
    assertThat(fired).containsExactly("early");
    rig.pass(150);
    assertThat(fired).containsExactly("early");
    rig.pass(50);
    assertThat(fired).containsExactly("early", "late");
    assertThat(wheel.size()).isZero();
  }

  @Test
  void holdsTimersForLongerThanOneTurnOfTheWheel() {
    schedule(timer("minutes"), 60_000);
    schedule(timer("same slot"), 60_000 % 25_600);
    rig.pass(25_000);
    assertThat(fired).containsExactly("same slot");
    rig.pass(34_950);
    assertThat(fired).hasSize(1);
    rig.pass(50);
    assertThat(fired).containsExactly("same slot", "minutes");
  }

  @Test
  void firesAllThatCameDueWhileTheLoopWasStalledForMoreThanATurn() {
    for (int i = 0; i < 100; i++) {
      schedule(timer("t"), i * 1000L);
    }
    rig.time.addAndGet(200_000);
    eventually(() -> assertThat(fired).hasSize(100));
    assertThat(wheel.size()).isZero();
  }

  @Test
  void aTimerIsInOnePlaceOnly() {
    Wheel.Timer timer = timer("t");
    schedule(timer, 100);
    schedule(timer, 500);
    assertThat(wheel.size()).isEqualTo(1);
    rig.pass(450);
    assertThat(fired).isEmpty();
    rig.pass(50);
    assertThat(fired).containsExactly("t");
    schedule(timer, 100);
    rig.onLoop(
        () -> {
          wheel.cancel(timer);
          wheel.cancel(timer);
        });
    rig.pass(200);
    assertThat(fired).hasSize(1);
    assertThat(wheel.size()).isZero();
  }

  @Test
  void whatFiresMayScheduleAndCancel() {
    Wheel.Timer victim = timer("victim");
    Wheel.Timer[] again = new Wheel.Timer[1];
    again[0] =
        timer(
            "again",
            () -> {
              wheel.cancel(victim);
              wheel.schedule(again[0], rig.time.get() - 1000);
            });
    schedule(again[0], 100);
    schedule(victim, 100);
    rig.pass(100);
    assertThat(fired).containsExactly("again");
    rig.pass(50);
    assertThat(fired).containsExactly("again", "again");
    rig.onLoop(() -> wheel.cancel(again[0]));
    assertThat(wheel.size()).isZero();
  }

  @Test
  void aTimerThatThrowsStopsNoOther() {
    schedule(
        timer(
            "bad",
            () -> {
              throw new IllegalStateException("on purpose");
            }),
        100);
    schedule(timer("good"), 100);
    schedule(timer("later"), 200);
    rig.pass(100);
    rig.pass(100);
    assertThat(fired).containsExactly("bad", "good", "later");
    assertThat(wheel.size()).isZero();
  }

  @Test
  void worksWithAClockBelowZero() {
    rig.time.set(-10_000);
    schedule(timer("t"), 100);
    rig.pass(50);
    assertThat(fired).isEmpty();
    rig.pass(50);
    assertThat(fired).containsExactly("t");
  }

  @Test
  void manyTimersAllFireInTheirTick() {
    Random random = new Random(3);
    List<Long> due = new ArrayList<>();
    List<Long> at = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 500; i++) {
      long in = random.nextInt(40_000);
      long time = rig.time.get() + in;
      due.add(time);
      schedule(timer("t", () -> at.add(rig.time.get() - time)), in);
    }
    for (int i = 0; i < 10; i++) {
      rig.pass(4000);
    }
    assertThat(at).hasSize(due.size()).allSatisfy(late -> assertThat(late).isBetween(0L, 4050L));
  }
}

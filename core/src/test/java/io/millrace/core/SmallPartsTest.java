package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SmallPartsTest {

  private static final Allowance ROOM = new Allowance(1000, "full");

  @Nested
  class AnEventFilter {
    @Test
    void acceptsItsEventsOrIfItHasNoneAll() {
      EventFilter some = new EventFilter(Set.of("x", "message"));
      assertThat(some.accepts(Message.json("x", 1))).isTrue();
      assertThat(some.accepts(Message.json(1))).isTrue();
      assertThat(some.accepts(Message.json("y", 1))).isFalse();
      assertThat(EventFilter.ALL.accepts(Message.json("y", 1))).isTrue();
    }
  }

  @Nested
  class ARateLimit {
    @Test
    void letsSoManyPassInAnySecond() {
      RateLimit limit = new RateLimit(3);
      for (long now : new long[] {100, 200, 900}) {
        assertThat(limit.waitMillis(now)).isZero();
        limit.count(now);
      }
      assertThat(limit.waitMillis(900)).isEqualTo(200);
      assertThat(limit.waitMillis(1099)).isEqualTo(1);
      assertThat(limit.waitMillis(1100)).isZero();
      limit.count(1100);
      assertThat(limit.waitMillis(1100)).isEqualTo(100);
      assertThat(limit.waitMillis(5000)).isZero();
    }

    @Test
    void countsWhatCostsMoreThanTheLimitAsLongAsItTakes() {
      RateLimit limit = new RateLimit(10);
      limit.count(5000, 25);
      assertThat(limit.waitMillis(5000)).isEqualTo(3000 - 500 + 500 - 1000);
      assertThat(limit.waitMillis(6999)).isEqualTo(1);
      assertThat(limit.waitMillis(7000)).isZero();
      limit.count(7000, 0);
      assertThat(limit.waitMillis(7000)).isZero();
      limit.count(7000, 5);
      assertThat(limit.waitMillis(7000)).isEqualTo(1000);
    }

    @Test
    void ofZeroLetsEverythingPass() {
      RateLimit limit = new RateLimit(0);
      for (int i = 0; i < 1000; i++) {
        limit.count(5);
      }
      assertThat(limit.waitMillis(5)).isZero();
    }

    @Test
    void holdsHoweverManyThereWereBefore() {
      RateLimit limit = new RateLimit(10);
      for (long second = 0; second < 5; second++) {
        for (int i = 0; i <= 2 * second; i++) {
          assertThat(limit.waitMillis(second * 1500 + i)).isZero();
          limit.count(second * 1500 + i);
        }
      }
      limit.count(6009);
      assertThat(limit.waitMillis(6010)).isEqualTo(990);
      assertThat(limit.waitMillis(6999)).isEqualTo(1);
      assertThat(limit.waitMillis(7000)).isZero();
    }

    @Test
    void worksWithAClockBelowZero() {
      RateLimit limit = new RateLimit(1);
      limit.count(-5000);
      assertThat(limit.waitMillis(-4500)).isEqualTo(500);
      assertThat(limit.waitMillis(-4000)).isZero();
    }
  }

  @Nested
  class ARareLog {
    @Test
    void warnsOnceAMinuteAndCountsTheRest() {
      AtomicLong clock = new AtomicLong(-5);
      RareLog log = new RareLog(System.getLogger(RareLog.class.getName()), clock::get);
      try (LoggedLines lines = new LoggedLines(RareLog.class)) {
        for (int i = 0; i < 3; i++) {
          log.warn("It failed.", null);
        }
        clock.addAndGet(59_999);
        log.warn("It failed.", null);
        assertThat(lines.warnings()).hasSize(1);
        clock.addAndGet(1);
        log.warn("It failed again.", new IllegalStateException());
        assertThat(lines.warnings()).hasSize(2);
        assertThat(lines.warnings().get(1).getMessage()).contains("again", "number 5");
        assertThat(lines.warnings().get(1).getThrown()).isNotNull();
      }
    }
  }

  @Nested
  class AnAdmission {
    @Test
    void letsInAsManyAsTheNodeTakes() {
      Admission admission = new Admission(new MillraceOptions().setMaxReaders(2), ROOM);
      Place place = admission.admit("a");
      admission.admit("b");
      assertThatThrownBy(() -> admission.admit("c"))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.UNAVAILABLE));
      place.leave();
      place.leave();
      admission.admit("c");
      assertThatThrownBy(() -> admission.admit("d")).isInstanceOf(MillraceException.class);
    }

    @Test
    void letsInAsManyOfAnAddressAsTheNodeTakes() {
      Admission admission = new Admission(new MillraceOptions().setMaxReadersPerAddress(2), ROOM);
      Place place = admission.admit("a");
      admission.admit("a");
      admission.admit("b");
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> admission.admit("a"))
            .isInstanceOfSatisfying(
                MillraceException.class,
                e -> assertThat(e.code()).isEqualTo(MillraceException.Code.RATE_LIMITED));
      }
      place.leave();
      place.leave();
      admission.admit("a");
      assertThatThrownBy(() -> admission.admit("a")).isInstanceOf(MillraceException.class);
    }

    @Test
    void countsNobodyTwiceWhoIsRefusedForItsAddress() {
      Admission admission =
          new Admission(new MillraceOptions().setMaxReaders(2).setMaxReadersPerAddress(1), ROOM);
      admission.admit("a");
      assertThatThrownBy(() -> admission.admit("a")).isInstanceOf(MillraceException.class);
      admission.admit("b");
    }
  }

  @Nested
  class AnInterruption {

    @Test
    void concernsWhatIsSubscribedByTheSameNameOrByWhatOverlaps() {
      Interruption interruption = interruption("a.b", "c.*");
      assertThat(concerned(interruption, "a.b", "a.*", "**", "c.d", "c.*", "*.d")).isTrue();
      assertThat(interruption.concerns(ChannelPattern.of("a.c"))).isFalse();
      assertThat(interruption.concerns(ChannelPattern.of("c"))).isFalse();
      assertThat(interruption.concerns(ChannelPattern.of("d.*"))).isFalse();
      assertThat(interruption.isLoss()).isTrue();
    }

    @Test
    void ofNoChannelConcernsNobody() {
      Interruption place = interruption();
      assertThat(place.concerns(ChannelPattern.of("**"))).isFalse();
      assertThat(place.isLoss()).isFalse();
    }

    private static Interruption interruption(String... patterns) {
      return new Interruption(1, 0, Stream.of(patterns).map(ChannelPattern::of).toList());
    }

    private static boolean concerned(Interruption interruption, String... patterns) {
      return Stream.of(patterns).map(ChannelPattern::of).allMatch(interruption::concerns);
    }
  }
}

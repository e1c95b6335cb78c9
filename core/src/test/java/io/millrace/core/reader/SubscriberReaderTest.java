package io.millrace.core.reader;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.HistoryOptions;
import io.millrace.MillraceOptions;
import io.millrace.Subscriber;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SubscriberReaderTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private Rig rig;

  /** Records what it receives, and throws what it is told to throw. */
  private final Subscriber subscriber =
      new Subscriber() {
        @Override
        public void onMessage(Entry entry) {
          told.add(Long.toString(entry.cursor().seq()));
          switch (entry.message().event()) {
            case "exception" -> throw new IllegalStateException("on purpose");
            case "failure" -> throw new AssertionError("on purpose");
            default -> {}
          }
        }

        @Override
        public void onGap(Gap gap) {
          told.add(gap.reason() + " " + gap.channels());
        }

        @Override
        public void onEnd() {
          told.add("end");
        }
      };

  @AfterEach
  void nothingIsLeft() {
    assertThat(rig.readers()).isZero();
    assertThat(rig.log.subscriptionCount()).isZero();
  }

  private Rig rig() {
    rig = new Rig(vertx, options);
    return rig;
  }

  private SubscriberReader subscribe(ResumeFrom start, String... patterns) {
    return rig.onLoop(
        () -> {
          SubscriberReader reader = new SubscriberReader(rig.shard, subscriber);
          reader.begin(rig.log.attach(Rig.subscriptions(patterns), start));
          return reader;
        });
  }

  private void end(SubscriberReader reader) {
    reader.end().await();
    assertThat(told).endsWith("end");
  }

  private void told(String... expected) {
    eventually(() -> assertThat(told).containsExactly(expected));
  }

  @Test
  void getsWhatIsPublishedInOrderUntilItEnds() {
    rig().append("a");
    SubscriberReader reader = subscribe(ResumeFrom.NOW, "a", "b.*");
    rig.append("a", "b.c", "c", "a");
    told("2", "3", "5");
    assertThat(reader.cursor()).isEqualTo(rig.log.cursor(5));
    end(reader);
    rig.append("a");
    rig.settle();
    told("2", "3", "5", "end");
    end(reader);
    told("2", "3", "5", "end");
  }

  @Test
  void continuesAtACursor() {
    rig().append("a", "a", "a");
    SubscriberReader reader = subscribe(rig.after(1), "a");
    told("2", "3");
    end(reader);
  }

  @Test
  void isToldWhyACursorCannotBeContinued() {
    options.setRingBytes(0).setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
    rig().append("a", "a", "a");
    SubscriberReader reader = subscribe(rig.after(0), "a", "b");
    told("expired [a]", "2", "3");
    end(reader);
    told.clear();
    reader = subscribe(new ResumeFrom(Optional.of("other-1"), 0), "b", "c");
    told("epoch [b, c]");
    rig.interrupt("c");
    told("epoch [b, c]", "interrupted [c]");
    end(reader);
  }

  @Test
  void isToldThatItIsSlow() {
    options.setRingBytes(0).setHistory(new HistoryOptions(2, 1 << 20, Duration.ofHours(1)));
    rig();
    SubscriberReader reader = subscribe(ResumeFrom.NOW, "a");
    rig.settle();
    Runnable release = rig.stall();
    rig.append("a", "a", "a");
    release.run();
    told("slow [a]", "2", "3");
    end(reader);
  }

  @Test
  void whateverASubscriberThrowsStopsNothing() {
    rig();
    TestOutlet other = new TestOutlet();
    SubscriberReader reader = subscribe(ResumeFrom.NOW, "a");
    LastingReader stream = rig.stream(other, ResumeFrom.NOW, "a");
    rig.settle();
    rig.append("a:exception", "a:failure", "a");
    told("1", "2", "3");
    eventually(() -> assertThat(other.sequences()).containsExactly(1L, 2L, 3L));
    rig.append("a");
    told("1", "2", "3", "4");
    eventually(() -> assertThat(other.sequences()).containsExactly(1L, 2L, 3L, 4L));
    end(reader);
    rig.onLoop(other::close);
    assertThat(stream.isEnded()).isTrue();
  }
}

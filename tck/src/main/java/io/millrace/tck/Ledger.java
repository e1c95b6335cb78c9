package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Cursor;
import io.millrace.tck.TestBroker.Appended;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The messages that a reader should get, to compare with those that it got. */
final class Ledger {

  private final TestClient client;
  private final List<Appended> due;

  /** The messages brought so far that concern the reader. */
  Ledger(TestNode node, TestClient client, Predicate<Appended> concerns) {
    this.client = client;
    this.due = node.broker().appended().stream().filter(concerns).toList();
  }

  /**
   * Asserts that the messages arrived once, in order and without a hole, and that every cursor is a
   * promise: every message that is due up to it arrived before it. A hole is allowed only after a
   * gap notice. A reader that has received no cursor begins with whatever arrives first.
   *
   * @return how many messages are missing after the last one that arrived
   */
  int verify(Optional<String> start, List<Frame> frames) {
    int next = start.map(this::after).orElse(-1);
    int floor = 0;
    for (Frame frame : frames) {
      if (frame instanceof Frame.Delivery delivery) {
        if (next < 0) {
          next = find(delivery, floor);
        }
        assertThat(next)
            .as("nothing was due, but this arrived: %s", delivery)
            .isLessThan(due.size());
        same(delivery, due.get(next));
        next++;
      } else if (frame instanceof Frame.Missed) {
        floor = Math.max(floor, next);
        next = -1;
      } else if (frame.cursor().isPresent()) {
        int told = after(frame.cursor().get());
        if (next < 0 && floor == 0) {
          next = told;
        } else if (next >= 0) {
          assertThat(told)
              .as("messages due up to the cursor of %s, which came after %d of them", frame, next)
              .isLessThanOrEqualTo(next);
        }
      }
    }
    return due.size() - Math.max(next, floor);
  }

  private int find(Frame.Delivery delivery, int floor) {
    for (int i = floor; i < due.size(); i++) {
      if (client.carried(due.get(i).message()).equals(delivery.payload())) {
        return i;
      }
    }
    throw new AssertionError("This was no longer due: " + delivery);
  }

  private void same(Frame.Delivery delivery, Appended expected) {
    assertThat(delivery.payload())
        .as("the next message due is that of %s", expected.cursor())
        .isEqualTo(client.carried(expected.message()));
    delivery.channel().ifPresent(name -> assertThat(name).isEqualTo(expected.channel()));
    if (delivery.replay().isEmpty()) {
      delivery.cursor().ifPresent(told -> assertThat(told).isEqualTo(expected.cursor()));
    }
    if (client.abilities().contains(TestClient.Ability.EVENT)) {
      assertThat(delivery.event()).isEqualTo(expected.message().event());
    }
  }

  private int after(String text) {
    Cursor cursor = Cursor.parse(text).orElseThrow();
    int low = 0;
    int high = due.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (seq(due.get(middle).cursor()) <= cursor.seq()) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static long seq(String cursor) {
    return Cursor.parse(cursor).orElseThrow().seq();
  }
}

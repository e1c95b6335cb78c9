package io.millrace.core.presence;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Users whose last reader on this node has ended. They leave a little later, so that whoever loads
 * another page, or moves to another node, does not leave at all. Owned by the node's event loop.
 */
final class Departures {

  /** How much later they leave. */
  static final long LATE_MILLIS = 3_000;

  private record Departure(Occupant occupant, long due) {}

  private final Queue<Departure> queue =
      new PriorityQueue<>(Comparator.comparingLong(Departure::due));

  void add(Occupant occupant, long now) {
    occupant.leavesAt = now + LATE_MILLIS;
    if (!occupant.departing) {
      occupant.departing = true;
      queue.add(new Departure(occupant, occupant.leavesAt));
    }
  }

  /** Lets those leave who have not come back. */
  void pass(long now, Consumer<Occupant> leave) {
    for (Departure next = queue.peek(); next != null && next.due <= now; next = queue.peek()) {
      queue.remove();
      Occupant occupant = next.occupant;
      if (occupant.here == 0 && occupant.leavesAt > now) {
        queue.add(new Departure(occupant, occupant.leavesAt)); // Back and gone again meanwhile.
        continue;
      }
      occupant.departing = false;
      if (occupant.here == 0) {
        leave.accept(occupant);
      }
    }
  }
}

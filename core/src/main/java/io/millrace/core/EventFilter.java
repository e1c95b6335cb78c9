package io.millrace.core;

import io.millrace.Message;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which events of a subscription are wanted. It may be as large as a client likes, so it counts for
 * as long as somebody holds it. Safe on any thread.
 */
final class EventFilter {

  /** Every event. */
  static final EventFilter ALL = new EventFilter(Set.of());

  private final Set<String> events;

  /** How many subscriptions and audiences have it. */
  private final AtomicInteger holders = new AtomicInteger();

  /**
   * A filter.
   *
   * @param events their names; none for all
   */
  EventFilter(Set<String> events) {
    this.events = events;
  }

  Set<String> events() {
    return events;
  }

  boolean accepts(Message message) {
    return events.isEmpty() || events.contains(message.event());
  }

  /** Returns about how many bytes of the heap it takes. */
  long footprint() {
    return events.isEmpty() ? 0 : Footprint.filter(events);
  }

  /** Counts another holder. */
  void hold(Allowance room) {
    if (!events.isEmpty() && holders.getAndIncrement() == 0) {
      room.add(footprint());
    }
  }

  /** Counts a holder no more. */
  void letGo(Allowance room) {
    if (!events.isEmpty() && holders.decrementAndGet() == 0) {
      room.add(-footprint());
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EventFilter that && events.equals(that.events);
  }

  @Override
  public int hashCode() {
    return events.hashCode();
  }
}

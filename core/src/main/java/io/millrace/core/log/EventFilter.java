package io.millrace.core.log;

import io.millrace.Message;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The events that a subscription wants. A client may make it large, so it counts as long as
 * somebody holds it. Safe on any thread.
 */
public final class EventFilter {

  /** Every event. */
  public static final EventFilter ALL = new EventFilter(Set.of());

  private final Set<String> events;

  /** How many subscriptions and audiences hold it. */
  private final AtomicInteger holders = new AtomicInteger();

  /**
   * A filter.
   *
   * @param events the names of the events; none for all
   */
  public EventFilter(Set<String> events) {
    this.events = events;
  }

  /** Returns the names of the events; none for all. */
  public Set<String> events() {
    return events;
  }

  /** Returns whether the event of a message is wanted. */
  public boolean accepts(Message message) {
    return events.isEmpty() || events.contains(message.event());
  }

  /** Returns about how many bytes of the heap it takes. */
  long footprint() {
    return events.isEmpty() ? 0 : Footprint.filter(events);
  }

  /** Counts another holder. */
  public void hold(Allowance room) {
    if (!events.isEmpty() && holders.getAndIncrement() == 0) {
      room.add(footprint());
    }
  }

  /** Uncounts a holder. */
  public void letGo(Allowance room) {
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

package io.millrace.core;

import io.millrace.Message;
import java.util.Set;

/** Which events of a subscription are wanted. */
record EventFilter(Set<String> events) {

  /** Every event. */
  static final EventFilter ALL = new EventFilter(Set.of());

  boolean accepts(Message message) {
    return events.isEmpty() || events.contains(message.event());
  }
}

package io.millrace.core.presence;

import io.millrace.MillraceException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/** The clients that take one batch after the other. Owned by the node's event loop. */
final class Visits {

  private final Rooms rooms;
  private final Map<String, Visit> visits = new HashMap<>();

  Visits(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Returns what is remembered of a client; empty if there is no room for it. */
  Optional<Visit> of(String key) {
    Visit known = visits.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    try {
      rooms.take(Bytes.visit(key));
    } catch (MillraceException full) {
      return Optional.empty();
    }
    Visit first = new Visit();
    visits.put(key, first);
    return Optional.of(first);
  }

  /** Forgets all. */
  void close() {
    visits.forEach(
        (key, visit) -> {
          rooms.count(-Bytes.visit(key));
          visit.end();
        });
    visits.clear();
  }

  /** Ends those whose client has not come back. */
  void pass(long now) {
    for (Iterator<Map.Entry<String, Visit>> all = visits.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Visit> next = all.next();
      if (next.getValue().isOver(now)) {
        all.remove();
        rooms.count(-Bytes.visit(next.getKey()));
        next.getValue().end();
      }
    }
  }
}

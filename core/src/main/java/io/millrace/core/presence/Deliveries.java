package io.millrace.core.presence;

import io.millrace.core.reader.ReaderLoop;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Tells those who watch a channel what is new there. Who cannot take it is told later, and then all
 * at once. Owned by the node's event loop.
 */
final class Deliveries {

  /** How many readers are told before an event loop does other things. */
  private static final int TURN = 256;

  private final Rooms rooms;

  /** When somebody must be told of a channel. */
  private final Map<Room, Long> due = new HashMap<>();

  Deliveries(Rooms rooms) {
    this.rooms = rooms;
  }

  void soon(Room room, long now) {
    due.put(room, now);
  }

  private void later(Room room) {
    if (!room.watches().isEmpty()) {
      due.putIfAbsent(room, rooms.now() + Rooms.PAUSE_MILLIS);
    }
  }

  void pass(long now) {
    for (Iterator<Map.Entry<Room, Long>> all = due.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Room, Long> next = all.next();
      if (next.getValue() <= now) {
        all.remove();
        deliver(next.getKey());
      }
    }
  }

  private void deliver(Room room) {
    View view = room.view();
    room.watches().forEach((loop, watches) -> tell(room, loop, List.copyOf(watches).iterator()));
    for (Visitor visitor : List.copyOf(room.visitors())) {
      if (visitor.isNews(view)) {
        rooms.forget(room.channel(), visitor);
        visitor.wake();
      }
    }
    rooms.tidy(room);
  }

  private void tell(Room room, ReaderLoop loop, Iterator<Watch> watches) {
    loop.run(
        () -> {
          View view = room.view();
          Frames frames = new Frames();
          boolean all = true;
          for (int i = 0; i < TURN && watches.hasNext(); i++) {
            all &= watches.next().tell(view, frames);
          }
          if (!all) {
            rooms.run(() -> later(room));
          }
          if (watches.hasNext()) {
            tell(room, loop, watches);
          }
        });
  }
}

package io.millrace.core.presence;

import io.millrace.Member;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The presence of one client on some channels, until it is ended once. Owned by the node's event
 * loop.
 */
final class Stay {

  private final Rooms rooms;
  private final Member member;
  private final Set<String> channels = new LinkedHashSet<>();

  Stay(Rooms rooms, Member member) {
    this.rooms = rooms;
    this.member = member;
    rooms.count(Bytes.STAY);
  }

  void enter(Collection<String> more) {
    for (String channel : more) {
      if (!channels.contains(channel) && rooms.enter(channel, member)) {
        channels.add(channel);
        rooms.count(Bytes.STAYED);
      }
    }
  }

  void leave(Collection<String> some) {
    for (String channel : some) {
      if (channels.remove(channel)) {
        rooms.leave(channel, member.user());
        rooms.count(-Bytes.STAYED);
      }
    }
  }

  void end() {
    leave(List.copyOf(channels));
    rooms.count(-Bytes.STAY);
  }
}

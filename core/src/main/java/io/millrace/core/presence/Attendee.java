package io.millrace.core.presence;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Member;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.reader.LastingReader;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A client that stays: present on the channels that it is subscribed to, if it has a user, and told
 * who else is, if it wishes. Used on the reader's event loop.
 */
public final class Attendee {

  private final Rooms rooms;
  private final LastingReader reader;

  // These are owned by the node's event loop.
  private Optional<Stay> stay = Optional.empty();
  private final Map<String, Watch> watches = new HashMap<>();

  Attendee(Rooms rooms, LastingReader reader) {
    this.rooms = rooms;
    this.reader = reader;
  }

  /**
   * The client is subscribed to these, perhaps among others.
   *
   * @param wish what it wishes to be told of them; if nothing, that does not change
   */
  public void subscribed(Collection<ChannelPattern> patterns, Wish wish) {
    List<String> channels = rooms.kept(patterns);
    if (channels.isEmpty()) {
      return;
    }
    if (wish.isAny()) {
      watched(wish.of(patterns), true);
    }
    Optional<Member> who = Said.member(reader.client());
    rooms.run(
        () -> {
          who.ifPresent(member -> stay(member).enter(channels));
          channels.stream().filter(wish::isFor).forEach(channel -> watch(channel, wish));
        });
  }

  private Stay stay(Member member) {
    if (stay.isEmpty()) {
      stay = Optional.of(new Stay(rooms, member));
    }
    return stay.get();
  }

  private void watched(Collection<ChannelPattern> patterns, boolean more) {
    Set<ChannelPattern> all = new LinkedHashSet<>(reader.watched());
    if (more ? all.addAll(patterns) : all.removeAll(patterns)) {
      reader.setWatched(all);
    }
  }

  private void watch(String channel, Wish wish) {
    Watch watch = new Watch(reader, wish.insists());
    Watch before = watches.put(channel, watch);
    if (before != null) {
      rooms.unwatch(channel, before);
    }
    rooms.watch(channel, watch);
  }

  /** The client has other credentials, and perhaps a user for the first time. */
  public void identified(Client client) {
    List<String> channels = rooms.kept(ReadPosition.patterns(reader.held()));
    Optional<Member> who = Said.member(client);
    rooms.run(
        () -> {
          Optional<Stay> before = stay;
          stay = who.map(member -> new Stay(rooms, member));
          stay.ifPresent(here -> here.enter(channels));
          before.ifPresent(Stay::end);
        });
  }

  /** The client is no longer subscribed to these. */
  public void unsubscribed(Collection<ChannelPattern> patterns) {
    List<String> channels = rooms.kept(patterns);
    if (!channels.isEmpty()) {
      watched(patterns, false);
      rooms.run(() -> leave(channels));
    }
  }

  private void leave(Collection<String> channels) {
    stay.ifPresent(here -> here.leave(channels));
    for (String channel : channels) {
      Watch watch = watches.remove(channel);
      if (watch != null) {
        rooms.unwatch(channel, watch);
      }
    }
  }

  /** The reader has ended. */
  public void close() {
    rooms.run(
        () -> {
          stay.ifPresent(Stay::end);
          leave(List.copyOf(watches.keySet()));
        });
  }
}

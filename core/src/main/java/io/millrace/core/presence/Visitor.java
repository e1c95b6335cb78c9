package io.millrace.core.presence;

import io.millrace.Member;
import io.millrace.core.reader.BatchReader;
import io.millrace.spi.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One request of a client that takes one batch after the other. The client is present from one
 * request to the next, if it has a user, and each answer says who else is, if it wishes. If the
 * client is known by an id, a change answers a held request. Used on the reader's event loop,
 * unless otherwise noted.
 */
public final class Visitor {

  /** How long a client may take to its next request, besides what it is told to wait. */
  private static final Duration LINGER = Duration.ofSeconds(10);

  private final Rooms rooms;
  private final BatchReader reader;
  private final Optional<Member> who;
  private final List<String> channels;
  private final List<String> wished;
  private final boolean insists;
  private final long lingerMillis;

  /** Up to which version views were told in the answer. */
  private long told = -1;

  /** Owned by the node's event loop. */
  private Optional<Visit> visit = Optional.empty();

  Visitor(
      Rooms rooms,
      BatchReader reader,
      Optional<Member> who,
      List<String> channels,
      Wish wish,
      Duration pause) {
    this.rooms = rooms;
    this.reader = reader;
    this.who = who;
    this.channels = channels;
    this.wished = channels.stream().filter(wish::isFor).toList();
    this.insists = wish.insists();
    this.lingerMillis = LINGER.plus(pause).toMillis();
  }

  /** The reader is about to begin. */
  void begin() {
    Optional<String> key = key();
    if (!wished.isEmpty()) {
      reader.setPresence(this::tell);
    }
    rooms.run(
        () -> {
          visit = key.flatMap(rooms.visits()::of);
          visit.ifPresent(this::begin);
        });
  }

  /**
   * Returns what the client is known by until it comes again. Neither a user nor an id has a
   * control character.
   */
  private Optional<String> key() {
    String user = reader.client().user().orElse("");
    return reader
        .clientId()
        .map(id -> user + "\n" + id)
        .or(() -> who.map(known -> user + "\n\n" + channels.stream().sorted().toList().hashCode()));
  }

  private void begin(Visit it) {
    it.begin(rooms, who, channels);
    if (reader.clientId().isEmpty()) {
      return;
    }
    for (String channel : wished) {
      if (isNews(rooms.view(channel))) {
        wake();
      } else {
        rooms.await(channel, this);
      }
    }
  }

  /** Returns whether the client has not been told. Called on the node's event loop. */
  boolean isNews(View view) {
    return visit.filter(it -> !it.wasTold(view)).isPresent();
  }

  /** Answers the request, because something has changed. Called on the node's event loop. */
  void wake() {
    reader.shard.run(reader::answer);
  }

  /** Returns what the answer says of who is present. The channels share the room for members. */
  private List<Signal.Presence> tell() {
    told = rooms.version();
    List<Signal.Presence> all = new ArrayList<>();
    int room = Listing.MOST_BYTES;
    for (String channel : wished) {
      View view = rooms.view(channel);
      Signal.Presence said = view.whole(insists, room);
      room -= said.members().isPresent() ? view.bytes() : 0;
      all.add(said);
    }
    return all;
  }

  /** The reader has ended, or will not begin. */
  public void end() {
    long version = told;
    rooms.run(
        () -> {
          channels.forEach(channel -> rooms.forget(channel, this));
          visit.ifPresent(it -> it.answered(version, rooms.now(), lingerMillis));
          visit = Optional.empty();
        });
  }
}

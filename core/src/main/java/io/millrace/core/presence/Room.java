package io.millrace.core.presence;

import io.millrace.Member;
import io.millrace.core.reader.ReaderLoop;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A channel, with who is present and who watches. Owned by the node's event loop, except for the
 * view.
 */
final class Room {

  private final String channel;
  private final Map<String, Occupant> occupants = new LinkedHashMap<>();

  /** What has changed since the last view. */
  private final Map<String, Member> joined = new LinkedHashMap<>();

  private final Set<String> left = new LinkedHashSet<>();

  private final Map<ReaderLoop, Set<Watch>> watches = new HashMap<>();
  private final Set<Visitor> visitors = new LinkedHashSet<>();
  private volatile View view;

  /** What those take whom the last view tells to have left: nobody else holds them. */
  private int bytesLeft;

  /** When the last view was made. */
  private long viewedAt = Long.MIN_VALUE / 2;

  Room(String channel) {
    this.channel = channel;
    this.view = View.empty(channel);
  }

  String channel() {
    return channel;
  }

  /** Returns about how many bytes of the heap it takes, without its members and watches. */
  int bytes() {
    return Bytes.room(channel) + bytesLeft;
  }

  /** Returns what was last told. Safe on any thread. */
  View view() {
    return view;
  }

  @Nullable Occupant occupant(String user) {
    return occupants.get(user);
  }

  Collection<Occupant> occupants() {
    return occupants.values();
  }

  /**
   * Counts a reader of this node.
   *
   * @param bytes what the member takes on this node
   * @return whether the other nodes must be told
   */
  boolean enterHere(Member member, int bytes) {
    Occupant it = admit(member);
    it.here++;
    it.bytes = bytes;
    boolean news = !it.announced || !it.member().equals(member);
    boolean was = it.isPresent();
    it.announced = true;
    came(it, member, was);
    return news;
  }

  /** Counts another node. */
  void enterElsewhere(Member member) {
    Occupant it = admit(member);
    boolean was = it.isPresent();
    it.elsewhere++;
    came(it, member, was);
  }

  /** Notes what another node says of somebody who is there. */
  void describe(Member member) {
    Occupant it = occupants.get(member.user());
    if (it != null) {
      came(it, member, true);
    }
  }

  private Occupant admit(Member member) {
    return occupants.computeIfAbsent(member.user(), first -> new Occupant(this, member));
  }

  private void came(Occupant it, Member member, boolean was) {
    if (was && it.member().equals(member)) {
      return;
    }
    it.describe(member);
    it.told |= left.remove(member.user());
    joined.put(member.user(), member);
  }

  /** Ends the presence on this node. */
  void leaveHere(Occupant it) {
    it.announced = false;
    gone(it);
  }

  /** Ends the presence on another node. */
  void leaveElsewhere(Occupant it) {
    it.elsewhere--;
    gone(it);
  }

  private void gone(Occupant it) {
    if (it.isPresent()) {
      return;
    }
    String user = it.member().user();
    occupants.remove(user);
    joined.remove(user);
    if (it.told) {
      left.add(user);
    }
  }

  boolean hasChanged() {
    return !joined.isEmpty() || !left.isEmpty();
  }

  /** Returns whether what has changed may be told: not more often than so. */
  boolean isDue(long now, long pause) {
    return hasChanged() && now - viewedAt >= pause;
  }

  /** Makes the next view of what has changed. */
  void publish(long version, long now) {
    Listing listing = new Listing();
    for (Occupant it : occupants.values()) {
      it.told = it.isPresent();
      if (it.told) {
        listing.add(it.member(), it.json());
      }
    }
    view = view.next(version, listing, List.copyOf(joined.values()), List.copyOf(left));
    bytesLeft = view.change().map(change -> Bytes.names(change.left())).orElse(0);
    joined.clear();
    left.clear();
    viewedAt = now;
  }

  void add(Watch watch) {
    watches.computeIfAbsent(watch.loop(), first -> new LinkedHashSet<>()).add(watch);
  }

  void remove(Watch watch) {
    Set<Watch> there = watches.get(watch.loop());
    if (there != null && there.remove(watch) && there.isEmpty()) {
      watches.remove(watch.loop());
    }
  }

  /** Returns who stays and watches, by event loop. */
  Map<ReaderLoop, Set<Watch>> watches() {
    return watches;
  }

  /** Returns who waits for the next view to take it away. */
  Set<Visitor> visitors() {
    return visitors;
  }

  boolean isUnused() {
    return occupants.isEmpty() && watches.isEmpty() && visitors.isEmpty() && !hasChanged();
  }
}

package io.millrace.core.presence;

import io.millrace.Member;
import io.millrace.core.broker.Control;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this node tells the others: who has come and gone here, and every ten seconds that it is
 * still there. All of it is numbered, so that whoever has missed something asks for everything.
 * Owned by the node's event loop.
 */
final class OwnNews {

  static final String CHANGES = "presence.changes";
  static final String ALL = "presence.all";
  static final String LEASE = "presence.lease";
  static final String ASK = "presence.ask";
  static final String BYE = "presence.bye";
  static final String SEQ = "seq";
  static final String PART = "part";
  static final String PARTS = "parts";

  static final long LEASE_MILLIS = 10_000;
  private static final long PAUSE_MILLIS = 1_000;

  /** How much is said in a second at most when everything is said. */
  private static final int BYTES_PER_SECOND = 256 << 10;

  /** What has changed on a channel since the others were told. */
  private static final class Change {
    final Map<String, Member> joined = new LinkedHashMap<>();
    final Set<String> left = new LinkedHashSet<>();
  }

  private final Control control;
  private final Map<String, Change> changes = new LinkedHashMap<>();

  /** The number of what was said last. */
  private long seq;

  private long changesDue;
  private long leaseDue;
  private long allDue;
  private boolean allWanted;

  OwnNews(Control control) {
    this.control = control;
  }

  void joined(String channel, Member member) {
    if (!control.connects()) {
      return;
    }
    Change change = changes.computeIfAbsent(channel, first -> new Change());
    change.left.remove(member.user());
    change.joined.put(member.user(), member);
  }

  void left(String channel, String user) {
    if (!control.connects()) {
      return;
    }
    Change change = changes.computeIfAbsent(channel, first -> new Change());
    change.joined.remove(user);
    change.left.add(user);
  }

  /** Says everything soon. */
  void wantAll() {
    allWanted = true;
  }

  /** Says what is due. */
  void pass(long now, Collection<Room> rooms) {
    if (allWanted && now >= allDue) {
      sayAll(now, rooms);
    } else if (!changes.isEmpty() && now >= changesDue) {
      sayChanges(now);
    }
    if (now >= leaseDue) {
      leaseDue = now + LEASE_MILLIS;
      say(LEASE, new JsonObject().put(SEQ, seq));
    }
  }

  private void sayChanges(long now) {
    Pages pages = new Pages(control.maxBytes());
    changes.forEach(
        (channel, change) -> {
          change.left.forEach(user -> pages.left(channel, user));
          change.joined.values().forEach(member -> pages.joined(channel, member));
        });
    changes.clear();
    pages.finish().forEach(page -> say(CHANGES, page.put(SEQ, ++seq)));
    changesDue = now + PAUSE_MILLIS;
  }

  private void sayAll(long now, Collection<Room> rooms) {
    Pages pages = new Pages(control.maxBytes());
    for (Room room : rooms) {
      for (Occupant occupant : room.occupants()) {
        if (occupant.announced) {
          pages.joined(room.channel(), occupant.member());
        }
      }
    }
    allWanted = false;
    changes.clear();
    seq++;
    List<JsonObject> all = pages.finish();
    if (all.isEmpty()) {
      all.add(new JsonObject().put(Pages.ROOMS, new JsonObject()));
    }
    for (int i = 0; i < all.size(); i++) {
      say(ALL, all.get(i).put(SEQ, seq).put(PART, i).put(PARTS, all.size()));
    }
    changesDue = now + PAUSE_MILLIS;
    allDue = now + PAUSE_MILLIS + (long) all.size() * control.maxBytes() * 1000 / BYTES_PER_SECOND;
  }

  Future<Void> sayGoodbye() {
    return control.send(BYE, new JsonObject());
  }

  /** What is not heard is missed by its number. */
  private void say(String kind, JsonObject body) {
    var unused = control.send(kind, body);
  }
}

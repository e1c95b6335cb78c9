package io.millrace.core.presence;

import io.millrace.Member;

/** A user of a room: on this node, on others, or just gone. Owned by the node's event loop. */
final class Occupant {

  final Room room;
  private Member member;

  /** How many bytes of JSON list the user. */
  private int json;

  /** How many readers of this node the user has here. */
  int here;

  /** What counts for the user on this node, in bytes. */
  int bytes;

  /** On how many other nodes the user is. */
  int elsewhere;

  /** When the user has left this node, if no reader comes until then. */
  long leavesAt;

  /** Whether {@link Departures} looks whether the user has left. */
  boolean departing;

  /** Whether the user counts on this node, which the others are told. */
  boolean announced;

  /** Whether the last view counts the user. */
  boolean told;

  Occupant(Room room, Member member) {
    this.room = room;
    this.member = member;
    this.json = Said.json(member);
  }

  Member member() {
    return member;
  }

  int json() {
    return json;
  }

  void describe(Member now) {
    member = now;
    json = Said.json(now);
  }

  boolean isPresent() {
    return announced || elsewhere > 0;
  }
}

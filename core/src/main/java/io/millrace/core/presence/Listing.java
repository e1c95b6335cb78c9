package io.millrace.core.presence;

import io.millrace.Member;
import io.millrace.Presence;
import java.util.ArrayList;
import java.util.List;

/** The members of a channel as they are listed: the first of them, as far as they fit. */
final class Listing {

  /** How many members are listed. */
  static final int MOST = Presence.MOST_LISTED;

  /** At most how many bytes of JSON list members, in a frame or an answer. */
  static final int MOST_BYTES = 512 << 10;

  private final List<Member> members = new ArrayList<>();
  private int bytes;
  private int count;
  private long bytesOfAll;

  /**
   * Adds a member.
   *
   * @param json what it takes, see {@link Said#json(Member)}
   */
  void add(Member member, int json) {
    count++;
    bytesOfAll += json;
    if (count <= MOST && bytesOfAll <= MOST_BYTES) {
      members.add(member);
      bytes += json;
    }
  }

  /** Returns those who are listed. */
  List<Member> members() {
    return List.copyOf(members);
  }

  /** Returns how many bytes of JSON list them. */
  int bytes() {
    return bytes;
  }

  /** Returns how many members there are. */
  int count() {
    return count;
  }

  /**
   * Returns whether all fit.
   *
   * @param spare how many per cent of the room must be left
   */
  boolean isComplete(int spare) {
    return count <= part(MOST, spare) && bytesOfAll <= part(MOST_BYTES, spare);
  }

  private static long part(long most, int spare) {
    return most * (100 - spare) / 100;
  }

  /** Returns whether what has changed is not too much to tell it apart. */
  static boolean fits(List<Member> joined, List<String> left) {
    if (joined.size() + left.size() > MOST) {
      return false;
    }
    long bytes = 0;
    for (Member member : joined) {
      bytes += Said.json(member);
    }
    for (String user : left) {
      bytes += Said.json(user);
    }
    return bytes <= MOST_BYTES;
  }
}

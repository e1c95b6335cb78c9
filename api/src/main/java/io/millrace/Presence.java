package io.millrace;

import java.util.List;

/**
 * Who is present on a channel.
 *
 * @param members the members; if there are more than {@value #MOST_LISTED}, or if they take more
 *     than 512 KiB of JSON, only those that came first
 * @param count how many there are
 */
public record Presence(List<Member> members, int count) {

  /** At most how many members are listed. */
  public static final int MOST_LISTED = 1000;

  /**
   * Copies the list.
   *
   * @param members the members
   * @param count how many there are
   */
  public Presence {
    members = List.copyOf(members);
  }
}

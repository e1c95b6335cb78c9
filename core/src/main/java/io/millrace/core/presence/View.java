package io.millrace.core.presence;

import io.millrace.Member;
import io.millrace.Presence;
import io.millrace.spi.Signal;
import java.util.List;
import java.util.Optional;

/**
 * Who is present on a channel, as it was last told. Never changes.
 *
 * @param version rises from one view of any channel to the next
 * @param before the version of the view before, of the same channel
 * @param large whether there are too many members to list them for whoever does not insist
 * @param all the members, or the first of them
 * @param bytes how many bytes of JSON list these
 * @param counted only how many there are
 * @param change what has changed since the view before, unless that is too much
 * @param follows whether those who do not insist were told the members before
 */
record View(
    long version,
    long before,
    boolean large,
    Signal.Presence all,
    int bytes,
    Signal.Presence counted,
    Optional<Signal.Presence> change,
    boolean follows) {

  /**
   * How many per cent fewer than too many they must be to be listed again, so that a few who come
   * and go do not change it often.
   */
  private static final int SPARE = 10;

  /** The view of a channel where nobody is. */
  static View empty(String channel) {
    Signal.Presence nobody = counted(channel, 0);
    return new View(0, 0, false, listed(channel, List.of(), 0), 0, nobody, Optional.empty(), true);
  }

  /** Returns the next view of the same channel. */
  View next(long number, Listing listing, List<Member> joined, List<String> left) {
    String channel = all.channel();
    int count = listing.count();
    Optional<Signal.Presence> changed =
        Listing.fits(joined, left)
            ? Optional.of(new Signal.Presence(channel, Optional.empty(), joined, left, count))
            : Optional.empty();
    return new View(
        number,
        version,
        !listing.isComplete(large ? SPARE : 0),
        listed(channel, listing.members(), count),
        listing.bytes(),
        counted(channel, count),
        changed,
        !large);
  }

  private static Signal.Presence listed(String channel, List<Member> members, int count) {
    return new Signal.Presence(channel, Optional.of(members), List.of(), List.of(), count);
  }

  private static Signal.Presence counted(String channel, int count) {
    return new Signal.Presence(channel, Optional.empty(), List.of(), List.of(), count);
  }

  /** Returns the whole view for somebody. */
  Signal.Presence whole(boolean insists) {
    return large && !insists ? counted : all;
  }

  /**
   * The same, if there is room for it; otherwise only how many there are.
   *
   * @param room how many bytes of JSON may list members
   */
  Signal.Presence whole(boolean insists, int room) {
    return bytes > room ? counted : whole(insists);
  }

  /**
   * Returns what brings somebody up to this view.
   *
   * @param told the version that was told
   * @param insists whether members are listed even if there are many
   */
  Signal.Presence after(long told, boolean insists) {
    if (told == before && (insists || (follows && !large))) {
      return change.orElse(all);
    }
    return whole(insists);
  }

  Presence presence() {
    return new Presence(all.members().orElseThrow(), all.count());
  }
}

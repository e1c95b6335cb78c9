package io.millrace.core.presence;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a client wishes to be told of who is present.
 *
 * @param isAny whether it wishes anything
 * @param insists whether members are listed even if there are many
 * @param only the channels that it is for; empty for all of them
 */
public record Wish(boolean isAny, boolean insists, Set<String> only) {

  /** How many channels a list may have. */
  private static final int MOST_CHANNELS = 1000;

  /** Nothing. */
  public static final Wish NOTHING = new Wish(false, false, Set.of());

  /** The members if there are not many, otherwise how many there are. */
  public static final Wish MEMBERS_OR_COUNT = new Wish(true, false, Set.of());

  /** The members, even if there are many. */
  public static final Wish MEMBERS = new Wish(true, true, Set.of());

  /**
   * Reads the parameter {@code presence}.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it cannot be read
   */
  public static Wish of(Optional<String> text) {
    return switch (text.orElse("false")) {
      case "false", "" -> NOTHING;
      case "true" -> MEMBERS_OR_COUNT;
      case "members" -> MEMBERS;
      default -> new Wish(true, false, channels(text.orElse("")));
    };
  }

  private static Set<String> channels(String list) {
    String[] parts = list.split(",", MOST_CHANNELS + 1);
    if (parts.length > MOST_CHANNELS) {
      throw bad("presence may name at most " + MOST_CHANNELS + " channels.");
    }
    // Not Set.copyOf, which is slow with names of equal hash codes.
    return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(parts)));
  }

  /** Returns whether it is for a channel. */
  boolean isFor(String channel) {
    return isAny && (only.isEmpty() || only.contains(channel));
  }

  /** Returns those of some channels that it is for. */
  public List<ChannelPattern> of(Collection<ChannelPattern> channels) {
    return isAny // Most requests wish nothing, and long polls come often.
        ? channels.stream().filter(channel -> isFor(channel.toString())).toList()
        : List.of();
  }

  /**
   * Checks what it is wished for.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is for a pattern, or
   *     for a channel that is not among these
   */
  public void check(Collection<ChannelPattern> channels) {
    if (!isAny) {
      return;
    }
    List<String> missing = new ArrayList<>(only);
    for (ChannelPattern channel : channels) {
      missing.remove(channel.toString());
      if (isFor(channel.toString()) && !channel.isName()) {
        throw bad(
            "Who is present can be told of channels only, not of the pattern \"" + channel + "\".");
      }
    }
    if (!missing.isEmpty()) {
      throw bad("presence must be true, members, or some of the channels that are subscribed to.");
    }
  }

  private static MillraceException bad(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}

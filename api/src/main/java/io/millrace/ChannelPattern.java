package io.millrace;

import java.util.List;

/**
 * A channel name, or a pattern that matches many.
 *
 * <p>A name is 1 to {@value #MAX_LENGTH} characters: segments of {@code [A-Za-z0-9_-]+} joined by
 * {@code .}, for example {@code congress.house.floor}. In a pattern, a segment may be {@code *},
 * which matches exactly one segment, and the last one may be {@code **}, which matches one or more.
 */
public final class ChannelPattern implements Comparable<ChannelPattern> {

  /** The maximum length of a name or pattern, in characters. */
  public static final int MAX_LENGTH = 200;

  private static final char WILD = '*';
  private static final String MANY = "**";

  /** No channel begins with it. */
  private static final char RESERVED = '$';

  /**
   * The key {@code $millrace}, under which nodes tell each other things through their broker. It is
   * no channel: {@link #of} and {@link #checkName} refuse it, so no client and no application can
   * publish or subscribe to it. No pattern matches, covers or overlaps it.
   *
   * <p>For a broker, it is one more name to publish and to subscribe to, see {@link #ofKey}.
   */
  public static final ChannelPattern CONTROL = new ChannelPattern(RESERVED + "millrace", true);

  // A node holds very many. For a.b.c…, a list of segments would take fifty times the text.
  private final String text;
  private final boolean name;

  private ChannelPattern(String text, boolean name) {
    this.text = text;
    this.name = name;
  }

  /**
   * Reads a name or a pattern.
   *
   * @param text the name or pattern
   * @return the pattern; {@link #isName()} tells which it is
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is neither
   */
  public static ChannelPattern of(String text) {
    return new ChannelPattern(text, readsAsName(text));
  }

  /**
   * Reads what a broker carries a message under: a channel name, or the key {@link #CONTROL}. For
   * brokers; whatever clients and applications name is read by {@link #of} or {@link #checkName}.
   *
   * @param text the name or key
   * @return the name, or {@link #CONTROL}
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is neither; a
   *     pattern is neither
   */
  public static ChannelPattern ofKey(String text) {
    return text.equals(CONTROL.text) ? CONTROL : new ChannelPattern(checkName(text), true);
  }

  private static boolean readsAsName(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw invalid(text);
    }
    boolean name = true;
    for (int start = 0, end; start <= text.length(); start = end + 1) {
      end = segmentEnd(text, start);
      boolean one = end - start == 1 && text.charAt(start) == WILD;
      if (one || (text.length() - start == 2 && text.endsWith(MANY))) {
        name = false;
      } else if (!Names.isWord(text, start, end)) {
        throw invalid(text);
      }
    }
    return name;
  }

  private static int segmentEnd(String text, int start) {
    int dot = text.indexOf('.', start);
    return dot < 0 ? text.length() : dot;
  }

  /**
   * Reads a channel name.
   *
   * @param text the name
   * @return the same name
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not a name;
   *     a pattern is not one
   */
  public static String checkName(String text) {
    if (!readsAsName(text)) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "A single channel is required here, not the pattern \"" + text + "\".");
    }
    return text;
  }

  private static MillraceException invalid(String text) {
    String shown = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    return new MillraceException(
        MillraceException.Code.BAD_REQUEST,
        "Not a channel or pattern: \""
            + shown
            + "\". A channel is 1 to "
            + MAX_LENGTH
            + " characters, segments of [A-Za-z0-9_-] joined by dots; a pattern may have * for a segment, and ** for the last one.");
  }

  /** {@return whether this is a plain channel name, without {@code *} or {@code **}} */
  public boolean isName() {
    return name;
  }

  /** {@return the segments, in order; a new list at each call} */
  public List<String> segments() {
    return List.of(text.split("\\.", -1));
  }

  /**
   * Returns whether a channel matches this pattern.
   *
   * @param channel a channel name; {@link #CONTROL} matches only itself
   * @return whether it matches
   */
  public boolean matches(String channel) {
    return name ? text.equals(channel) : covers(ofKey(channel));
  }

  /**
   * Returns whether this pattern matches every name that the other one matches.
   *
   * @param other a name or pattern
   * @return whether it is covered
   */
  public boolean covers(ChannelPattern other) {
    String theirs = other.text;
    if (theirs.charAt(0) == RESERVED) {
      return text.equals(theirs);
    }
    int at = 0;
    int there = 0;
    while (at <= text.length() && there <= theirs.length()) {
      if (text.startsWith(MANY, at)) {
        return true;
      }
      int end = segmentEnd(text, at);
      int theirEnd = segmentEnd(theirs, there);
      boolean wider = text.charAt(at) == WILD && !theirs.startsWith(MANY, there);
      if (!wider && !isSame(at, end, theirs, there, theirEnd)) {
        return false;
      }
      at = end + 1;
      there = theirEnd + 1;
    }
    return at > text.length() && there > theirs.length();
  }

  private boolean isSame(int start, int end, String other, int otherStart, int otherEnd) {
    int length = end - start;
    return length == otherEnd - otherStart && text.regionMatches(start, other, otherStart, length);
  }

  /**
   * Returns whether there is a name that both patterns match.
   *
   * @param other a name or pattern
   * @return whether they overlap
   */
  public boolean overlaps(ChannelPattern other) {
    String theirs = other.text;
    if (theirs.charAt(0) == RESERVED || text.charAt(0) == RESERVED) {
      return text.equals(theirs);
    }
    int at = 0;
    int there = 0;
    while (at <= text.length() && there <= theirs.length()) {
      if (text.startsWith(MANY, at) || theirs.startsWith(MANY, there)) {
        return true;
      }
      int end = segmentEnd(text, at);
      int theirEnd = segmentEnd(theirs, there);
      boolean wild = text.charAt(at) == WILD || theirs.charAt(there) == WILD;
      if (!wild && !isSame(at, end, theirs, there, theirEnd)) {
        return false;
      }
      at = end + 1;
      there = theirEnd + 1;
    }
    return at > text.length() && there > theirs.length();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelPattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /**
   * Compares the texts. Because patterns are comparable, a map of them stays fast even if somebody
   * chooses patterns with equal hash codes.
   *
   * @param other a name or pattern
   * @return as {@link String#compareTo}
   */
  @Override
  public int compareTo(ChannelPattern other) {
    return text.compareTo(other.text);
  }

  /** {@return the name or pattern as written} */
  @Override
  public String toString() {
    return text;
  }
}

package io.millrace;

import java.util.List;

/**
 * A channel name, or a pattern that stands for many.
 *
 * <p>A name is 1 to {@value #MAX_LENGTH} characters: segments of {@code [A-Za-z0-9_-]+} joined by
 * {@code .}, as in {@code congress.house.floor}. In a pattern a segment may be {@code *}, which
 * stands for exactly one segment, and the last may be {@code **}, which stands for one or more.
 */
public final class ChannelPattern implements Comparable<ChannelPattern> {

  /** The greatest length of a name or pattern, in characters. */
  public static final int MAX_LENGTH = 200;

  private static final String ONE = "*";
  private static final String MANY = "**";

  private final String text;
  private final List<String> segments;
  private final boolean name;

  private ChannelPattern(String text, List<String> segments, boolean name) {
    this.text = text;
    this.segments = segments;
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
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw invalid(text);
    }
    List<String> segments = List.of(text.split("\\.", -1));
    boolean name = true;
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      if (segment.equals(ONE) || (segment.equals(MANY) && i == segments.size() - 1)) {
        name = false;
      } else if (!Names.isWord(segment, 0, segment.length())) {
        throw invalid(text);
      }
    }
    return new ChannelPattern(text, segments, name);
  }

  /**
   * Reads a channel name.
   *
   * @param text the name
   * @return the same name
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not a name;
   *     a pattern is not
   */
  public static String checkName(String text) {
    if (!of(text).isName()) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "A single channel is needed here, not the pattern \"" + text + "\".");
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
            + " characters, segments of [A-Za-z0-9_-] joined by dots; a pattern may have * for a segment and ** for the last.");
  }

  /** {@return whether this is a plain channel name, without {@code *} or {@code **}} */
  public boolean isName() {
    return name;
  }

  /** {@return the segments, in order} */
  public List<String> segments() {
    return segments;
  }

  /**
   * Returns whether a channel is meant by this pattern.
   *
   * @param channel a channel name
   * @return whether it matches
   */
  public boolean matches(String channel) {
    return name ? text.equals(channel) : covers(of(channel));
  }

  /**
   * Returns whether every name that the other pattern matches is matched by this one.
   *
   * @param other a name or pattern
   * @return whether it is covered
   */
  public boolean covers(ChannelPattern other) {
    for (int i = 0; i < segments.size(); i++) {
      String mine = segments.get(i);
      if (i >= other.segments.size()) {
        return false;
      }
      if (mine.equals(MANY)) {
        return true;
      }
      String theirs = other.segments.get(i);
      if (theirs.equals(MANY) || !(mine.equals(ONE) || mine.equals(theirs))) {
        return false;
      }
    }
    return segments.size() == other.segments.size();
  }

  /**
   * Returns whether there is a name that both match.
   *
   * @param other a name or pattern
   * @return whether they overlap
   */
  public boolean overlaps(ChannelPattern other) {
    int common = Math.min(segments.size(), other.segments.size());
    for (int i = 0; i < common; i++) {
      String mine = segments.get(i);
      String theirs = other.segments.get(i);
      if (mine.equals(MANY) || theirs.equals(MANY)) {
        return true;
      }
      if (!mine.equals(ONE) && !theirs.equals(ONE) && !mine.equals(theirs)) {
        return false;
      }
    }
    return segments.size() == other.segments.size();
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
   * Compares by the text. Since patterns can be compared, a map of them is fast even if somebody
   * chooses those whose hash codes are equal.
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

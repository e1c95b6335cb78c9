package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a client asks for in the URL and headers of an attach.
 *
 * @param patterns the channels and patterns, each once
 * @param filter which events
 * @param start where to begin
 * @param format what travels
 */
record AttachRequest(
    List<ChannelPattern> patterns, EventFilter filter, Start start, Format format) {

  private static final CharSequence LAST_EVENT_ID = HttpHeaders.createOptimized("last-event-id");

  /** A filter is kept for each subscription, and clients choose how many names it has. */
  private static final int MOST_EVENTS = 100;

  /**
   * Reads a request.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if something in it cannot
   *     be read
   */
  static AttachRequest of(RoutingContext context, Transport transport, int maxChannels) {
    HttpServerRequest request = context.request();
    List<ChannelPattern> patterns = patterns(list(context, "channels"), maxChannels);
    if (patterns.isEmpty() && !transport.subscribesLater(request)) {
      throw bad(
          "The query parameter channels is needed: one or more channels, separated by commas.");
    }
    int last = parameter(context, "last").map(AttachRequest::last).orElse(0);
    return new AttachRequest(
        patterns,
        filter(list(context, "events")),
        new Start(cursor(context), last),
        format(context, transport));
  }

  /**
   * Reads names and patterns.
   *
   * @throws MillraceException if one is neither, or if there are too many
   */
  static List<ChannelPattern> patterns(List<String> texts, int maxChannels) {
    if (texts.size() == 1) {
      return List.of(ChannelPattern.of(texts.get(0)));
    }
    Set<ChannelPattern> patterns = new LinkedHashSet<>();
    for (String text : texts) {
      patterns.add(ChannelPattern.of(text));
      if (patterns.size() > maxChannels) {
        throw tooMany(maxChannels);
      }
    }
    return List.copyOf(patterns);
  }

  static MillraceException tooMany(int maxChannels) {
    return bad(
        "A client may have "
            + maxChannels
            + " channels at the most. A pattern, where it is allowed, counts as one.");
  }

  /**
   * Reads the names of events.
   *
   * @throws MillraceException if one can be no event's, or if there are too many
   */
  static EventFilter filter(List<String> events) {
    if (events.isEmpty()) {
      return EventFilter.ALL;
    }
    Set<String> names = new LinkedHashSet<>();
    for (String event : events) {
      names.add(Message.checkEvent(event));
      if (names.size() > MOST_EVENTS) {
        throw bad("A subscription may name " + MOST_EVENTS + " events at the most.");
      }
    }
    return new EventFilter(Set.copyOf(names));
  }

  /**
   * Checks how many messages to replay.
   *
   * @throws MillraceException if it is out of bounds
   */
  static int checkLast(long last) {
    if (last < 0 || last > Beginnings.MOST_REPLAYED) {
      throw bad("last is 0 to " + Beginnings.MOST_REPLAYED + ".");
    }
    return (int) last;
  }

  private static int last(String text) {
    if (text.isEmpty() || text.length() > 9 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw bad("last is 0 to " + Beginnings.MOST_REPLAYED + ".");
    }
    return checkLast(Long.parseLong(text));
  }

  /**
   * What a browser says it has seen wins: it has connected with this URL before. Within the URL the
   * newest wins, for what stands in for a browser's EventSource may add what it has seen to a URL
   * that has a cursor.
   */
  private static Optional<String> cursor(RoutingContext context) {
    Optional<String> seen = Optional.ofNullable(context.request().getHeader(LAST_EVENT_ID));
    if (seen.isPresent() && !seen.get().isEmpty()) {
      return seen;
    }
    Optional<String> newest = Optional.empty();
    for (String name : List.of("cursor", "lastEventId")) {
      for (String next : context.queryParams().getAll(name)) {
        if (!next.isEmpty() && (newest.isEmpty() || isNewer(next, newest.get()))) {
          newest = Optional.of(next);
        }
      }
    }
    return newest;
  }

  /**
   * Of one epoch the later place is newer. Of two epochs nobody can tell but by their order: what
   * was added to the URL came later.
   */
  private static boolean isNewer(String added, String before) {
    Optional<Cursor> one = Cursor.parse(added);
    Optional<Cursor> other = Cursor.parse(before);
    if (one.isEmpty() || other.isEmpty()) {
      return one.isPresent();
    }
    return !one.get().epoch().equals(other.get().epoch()) || one.get().seq() > other.get().seq();
  }

  private static Format format(RoutingContext context, Transport transport) {
    List<Format> formats = transport.formats(context.request());
    Optional<String> asked = parameter(context, "format");
    if (asked.isEmpty()) {
      return formats.get(0);
    }
    return formats.stream()
        .filter(format -> format.toString().equals(asked.get()))
        .findFirst()
        .orElseThrow(
            () ->
                bad(
                    "format is "
                        + String.join(" or ", formats.stream().map(Format::toString).toList())
                        + " here."));
  }

  /** Returns a query parameter that is there and not empty. */
  private static Optional<String> parameter(RoutingContext context, String name) {
    return Optional.ofNullable(context.queryParams().get(name)).filter(value -> !value.isEmpty());
  }

  private static List<String> list(RoutingContext context, String name) {
    List<String> values = context.queryParams().getAll(name);
    List<String> all = new ArrayList<>(values.size());
    for (String value : values) {
      if (!value.isEmpty()) {
        Collections.addAll(all, value.split(",", -1));
      }
    }
    return all;
  }

  private static MillraceException bad(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}

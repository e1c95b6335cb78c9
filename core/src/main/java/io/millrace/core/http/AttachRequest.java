package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.Footprint;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPositions;
import io.millrace.core.presence.Wish;
import io.millrace.spi.Format;
import io.millrace.spi.Transport;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for when it attaches: in the URL, or in a JSON body, because a URL with many
 * channels is longer than servers and proxies accept. A HEAD may ask for the same but attaches
 * nothing, so neither the broker nor the log is asked for it.
 *
 * @param patterns the channels and patterns, each once
 * @param filter the events
 * @param start where to begin
 * @param format what is sent of a message
 * @param client the client's own id, if it says one
 * @param maxRate how many times a second something is sent at most; zero if that is not limited
 * @param presence what it wishes to be told of who is present
 * @param attaches false for a HEAD
 */
record AttachRequest(
    List<ChannelPattern> patterns,
    EventFilter filter,
    ResumeFrom start,
    Format format,
    Optional<String> client,
    int maxRate,
    Wish presence,
    boolean attaches) {

  private static final CharSequence LAST_EVENT_ID = HttpHeaders.createOptimized("last-event-id");

  /** How many events a filter may name, because one is kept for each subscription. */
  private static final int MOST_EVENTS = 100;

  /** How many times a second something may be sent, if a client limits that. */
  private static final int HIGHEST_RATE = 100;

  /** How many times as many names as are allowed a list may have; duplicates count once. */
  private static final int TWICE = 2;

  /**
   * Reads a request.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if a part of it cannot be
   *     read
   */
  static AttachRequest of(RoutingContext context, Transport transport, int maxChannels) {
    HttpServerRequest request = context.request();
    boolean posted = HttpMethod.POST.equals(request.method());
    Asked asked =
        posted ? posted(JsonFields.object(context), maxChannels) : queried(context.queryParams());
    List<ChannelPattern> patterns = patterns(asked.channels, maxChannels);
    if (patterns.isEmpty() && !transport.subscribesLater(request)) {
      throw bad(
          posted
              ? "channels is required: an array of one or more channels."
              : "The query parameter channels is required: one or more channels, separated by commas.");
    }
    Wish presence = Wish.of(asked.presence);
    presence.check(patterns);
    boolean attaches = !HttpMethod.HEAD.equals(request.method());
    return new AttachRequest(
        patterns,
        filter(asked.events),
        attaches ? start(request.getHeader(LAST_EVENT_ID), asked.start) : ResumeFrom.NOW,
        format(transport.formats(request), asked.format),
        asked.client.map(Message::checkClientId),
        asked.maxRate,
        presence,
        attaches);
  }

  /** Returns what is subscribed for it. */
  List<ReaderSubscription> subscriptions() {
    List<ReaderSubscription> subscriptions = new ArrayList<>(patterns.size());
    if (attaches) {
      patterns.forEach(pattern -> subscriptions.add(new ReaderSubscription(pattern, filter)));
    }
    return subscriptions;
  }

  /** Returns whether it asks for what was published before. */
  boolean asksForOld() {
    return attaches && start.last() > 0 && start.cursor().isEmpty();
  }

  /** Returns how many bytes that takes, if no other client has any of it. */
  long bytes() {
    return attaches ? Footprint.own(patterns, filter) : 0;
  }

  /**
   * The cursor that a browser says it has seen takes precedence, because it has connected with this
   * URL before.
   */
  private static ResumeFrom start(@Nullable String seen, ResumeFrom asked) {
    return seen == null || seen.isEmpty() ? asked : new ResumeFrom(Optional.of(seen), asked.last());
  }

  /** The parts of a request, from the URL or from a body. */
  private record Asked(
      List<String> channels,
      List<String> events,
      ResumeFrom start,
      Optional<String> format,
      Optional<String> client,
      int maxRate,
      Optional<String> presence) {}

  private static Asked queried(MultiMap query) {
    int last = parameter(query, "last").map(AttachRequest::last).orElse(0);
    return new Asked(
        list(query, "channels"),
        list(query, "events"),
        new ResumeFrom(cursor(query), last),
        parameter(query, "format"),
        parameter(query, "client"),
        parameter(query, "maxRate").map(AttachRequest::maxRate).orElse(0),
        parameter(query, "presence"));
  }

  private static Asked posted(JsonFields body, int maxChannels) {
    return new Asked(
        channels(body, maxChannels),
        events(body),
        start(body),
        body.string("format").filter(format -> !format.isEmpty()),
        body.string("client"),
        body.integer("maxRate").map(AttachRequest::checkMaxRate).orElse(0),
        presenceText(body));
  }

  /** Returns in JSON what is wished to be told of who is present: true, or a text. */
  static Wish presence(JsonFields fields) {
    return Wish.of(presenceText(fields));
  }

  private static Optional<String> presenceText(JsonFields fields) {
    return fields
        .raw("presence")
        .filter(text -> text.equals("true") || text.equals("false"))
        .or(() -> fields.string("presence"));
  }

  /** Returns the channels in JSON as texts, possibly with duplicates. */
  static List<String> channels(JsonFields fields, int maxChannels) {
    return fields.strings("channels", TWICE * maxChannels);
  }

  /** Returns the names of the events in JSON, possibly with duplicates. */
  static List<String> events(JsonFields fields) {
    return fields.strings("events", TWICE * MOST_EVENTS);
  }

  /**
   * Reads from JSON where to begin.
   *
   * @throws MillraceException if it cannot be read or is out of range
   */
  static ResumeFrom start(JsonFields fields) {
    return new ResumeFrom(
        fields.string("cursor").filter(cursor -> !cursor.isEmpty()),
        checkLast(fields.integer("last").orElse(0L)));
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
        "A client may have at most "
            + maxChannels
            + " channels. A pattern, where it is allowed, counts as one.");
  }

  /**
   * Reads the names of events.
   *
   * @throws MillraceException if one is not a valid name, or if there are too many
   */
  static EventFilter filter(List<String> events) {
    if (events.isEmpty()) {
      return EventFilter.ALL;
    }
    Set<String> names = new LinkedHashSet<>();
    for (String event : events) {
      names.add(Message.checkEvent(event));
      if (names.size() > MOST_EVENTS) {
        throw bad("A subscription may name at most " + MOST_EVENTS + " events.");
      }
    }
    // Not Set.copyOf, which is slow with names of equal hash codes.
    return new EventFilter(Collections.unmodifiableSet(names));
  }

  /**
   * Checks the number of messages to replay.
   *
   * @throws MillraceException if it is out of bounds
   */
  static int checkLast(long last) {
    if (last < 0 || last > StartPositions.MOST_REPLAYED) {
      throw bad("last must be 0 to " + StartPositions.MOST_REPLAYED + ".");
    }
    return (int) last;
  }

  private static int last(String text) {
    return checkLast(number(text));
  }

  private static int maxRate(String text) {
    return checkMaxRate(number(text));
  }

  private static int checkMaxRate(long rate) {
    if (rate < 1 || rate > HIGHEST_RATE) {
      throw bad("maxRate must be 1 to " + HIGHEST_RATE + ".");
    }
    return (int) rate;
  }

  /** Returns a number, or a negative one if it is none, or too large. */
  private static long number(String text) {
    boolean isNumber = text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return isNumber ? Long.parseLong(text) : -1;
  }

  /**
   * The newest takes precedence: a substitute for EventSource may add the cursor that it has seen
   * to the one in the URL.
   */
  private static Optional<String> cursor(MultiMap query) {
    Optional<String> newest = Optional.empty();
    for (String name : List.of("cursor", "lastEventId")) {
      if (!query.contains(name)) {
        continue; // Without making a list for every request.
      }
      for (String next : query.getAll(name)) {
        if (!next.isEmpty() && (newest.isEmpty() || isNewer(next, newest.get()))) {
          newest = Optional.of(next);
        }
      }
    }
    return newest;
  }

  /**
   * In one epoch, the later place is newer. Between two epochs only the order in the URL decides: a
   * cursor that was added came later.
   */
  private static boolean isNewer(String added, String before) {
    Optional<Cursor> one = Cursor.parse(added);
    Optional<Cursor> other = Cursor.parse(before);
    if (one.isEmpty() || other.isEmpty()) {
      return one.isPresent();
    }
    return !one.get().epoch().equals(other.get().epoch()) || one.get().seq() > other.get().seq();
  }

  private static Format format(List<Format> formats, Optional<String> asked) {
    if (asked.isEmpty()) {
      return formats.get(0);
    }
    return formats.stream()
        .filter(format -> format.toString().equals(asked.get()))
        .findFirst()
        .orElseThrow(
            () ->
                bad(
                    "format must be "
                        + String.join(" or ", formats.stream().map(Format::toString).toList())
                        + " here."));
  }

  /** Returns a query parameter if it exists and is not empty. */
  private static Optional<String> parameter(MultiMap query, String name) {
    return Optional.ofNullable(query.get(name)).filter(value -> !value.isEmpty());
  }

  private static List<String> list(MultiMap query, String name) {
    List<String> values = query.getAll(name);
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

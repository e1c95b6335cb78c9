package io.millrace;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What an application publishes: a payload, the name of the event it reports, and how urgent it is.
 *
 * <p>Immutable. The payload is a JSON value, kept as compact UTF-8 text with its number literals
 * and key order as given, or bytes.
 */
public final class Message {

  /** The event of a message that names none. */
  public static final String DEFAULT_EVENT = "message";

  /** Years have four digits (RFC 3339): any other time was counted in another unit. */
  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");

  static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  private static final long NO_TIME = Long.MIN_VALUE;

  // A log holds very many messages: each has as few objects as possible.
  private final String event;
  private final boolean json;
  private final byte[] data;
  private final Priority priority;
  private final long time;
  private final Details details;

  private Message(
      String event, boolean json, byte[] data, Priority priority, long time, Details details) {
    this.event = event;
    this.json = json;
    this.data = data;
    this.priority = priority;
    this.time = time;
    this.details = details;
  }

  /** What few messages have, in one object. */
  private record Details(
      Optional<String> key,
      Optional<String> from,
      Optional<String> except,
      Optional<String> replaces) {

    static final Details NONE =
        new Details(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Message of(boolean json, Buffer data) {
    return new Message(
        DEFAULT_EVENT, json, data.getBytes(), Priority.NORMAL, NO_TIME, Details.NONE);
  }

  /**
   * A message whose payload is a JSON value. Jackson encodes it: records, beans, collections, maps,
   * arrays and enums; {@code java.time}, in the forms of ISO 8601; {@link Optional}, as its value
   * or {@code null}; a {@link io.vertx.core.json.JsonObject} or {@link
   * io.vertx.core.json.JsonArray}. What the application has registered with {@link
   * io.vertx.core.json.jackson.DatabindCodec#mapper()} before its first message is used too.
   *
   * @param value what to publish
   * @return the message
   * @throws io.vertx.core.json.EncodeException if the value cannot be encoded, saying why
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the value writes raw
   *     text that is not JSON, or if the JSON is nested deeper than {@value JsonText#MOST_DEPTH},
   *     or has a number of more than {@value JsonText#MOST_NUMBER} characters, a string of more
   *     than {@value JsonText#MOST_STRING} bytes or a name of more than {@value JsonText#MOST_NAME}
   *     bytes
   */
  public static Message json(Object value) {
    return of(true, JsonValues.encode(Objects.requireNonNull(value)));
  }

  /**
   * A message that reports an event, with a JSON value as its payload.
   *
   * @param event the event's name, see {@link #withEvent}
   * @param value as in {@link #json(Object)}
   * @return the message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the event's name is not
   *     allowed
   */
  public static Message json(String event, Object value) {
    return json(value).withEvent(event);
  }

  /**
   * A message whose payload is JSON text. Only white space between tokens is removed.
   *
   * @param text one JSON value in UTF-8 (RFC 8259)
   * @return the message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not one
   *     JSON value, or exceeds the limits of {@link #json(Object)}
   */
  public static Message jsonText(Buffer text) {
    return of(true, JsonText.compact(text));
  }

  /**
   * A message whose payload is bytes.
   *
   * @param bytes the payload, copied
   * @return the message
   */
  public static Message bytes(Buffer bytes) {
    return of(false, bytes);
  }

  /**
   * The same message with an event.
   *
   * @param name 1 to 64 Unicode characters without CR, LF or NUL; not {@code open}, {@code error}
   *     or a name that begins with {@code millrace.}
   * @return a message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the name is not allowed
   */
  public Message withEvent(String name) {
    String kept = name.equals(DEFAULT_EVENT) ? DEFAULT_EVENT : Names.checkEvent(name);
    return new Message(kept, json, data, priority, time, details);
  }

  /**
   * The same message with a priority.
   *
   * @param urgency how urgent it is
   * @return a message
   */
  public Message withPriority(Priority urgency) {
    return new Message(event, json, data, Objects.requireNonNull(urgency), time, details);
  }

  /**
   * The same message with an idempotency key: within {@link MillraceOptions#keyLifetime()} a
   * channel accepts a key once.
   *
   * @param text 1 to 64 characters of {@code [A-Za-z0-9_-]}
   * @return a message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not a key
   */
  public Message withKey(String text) {
    Optional<String> key = Optional.of(Names.checkKey(text));
    return with(new Details(key, details.from, details.except, details.replaces));
  }

  /**
   * The same message with the user who published it. Readers receive it.
   *
   * @param user as in {@link Client#of}
   * @return a message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not a user
   */
  public Message withFrom(String user) {
    Optional<String> from = Optional.of(Names.checkUser(user));
    return with(new Details(details.key, from, details.except, details.replaces));
  }

  /**
   * The same message, but not for one client: usually the one that has caused it, and knows of it
   * already.
   *
   * @param client the client's id, 8 to 64 characters of {@code [A-Za-z0-9_-]}; in the browser
   *     client, its {@code id}
   * @return a message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not an id
   */
  public Message withExcept(String client) {
    Optional<String> except = Optional.of(Names.checkClientId(client));
    return with(new Details(details.key, details.from, except, details.replaces));
  }

  /**
   * The same message with the name of the value that it reports, for example the name of a stock.
   * For a reader that gets only the newest values, it replaces earlier messages of its channel that
   * have the same name.
   *
   * @param value 1 to 64 characters of {@code [A-Za-z0-9_-]}
   * @return a message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the text is not such a
   *     name
   */
  public Message withReplaces(String value) {
    Optional<String> replaces = Optional.of(Names.checkReplaces(value));
    return with(new Details(details.key, details.from, details.except, replaces));
  }

  private Message with(Details changed) {
    return new Message(event, json, data, priority, time, changed);
  }

  /**
   * The same message with a time. A message without one gets the time at which it is published.
   *
   * @param instant the time, in the years 0 to 9999; kept to the millisecond
   * @return a message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is in another year
   */
  public Message withTime(Instant instant) {
    if (!isTime(instant)) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "A message's time must be in the years 0 to 9999, not " + instant + ".");
    }
    return new Message(event, json, data, priority, instant.toEpochMilli(), details);
  }

  /**
   * Returns whether a message can have a time. If the year is not 0 to 9999, usually microseconds
   * or nanoseconds were taken for milliseconds.
   *
   * @param instant the time
   * @return whether {@link #withTime} accepts it
   */
  public static boolean isTime(Instant instant) {
    return !instant.isBefore(EARLIEST) && !instant.isAfter(LATEST);
  }

  /**
   * Checks the name of an event.
   *
   * @param name 1 to 64 Unicode characters without CR, LF or NUL; not {@code open}, {@code error}
   *     or a name that begins with {@code millrace.}
   * @return the same name
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the name is not allowed
   */
  public static String checkEvent(String name) {
    return Names.checkEvent(name);
  }

  /**
   * Checks the id of a client.
   *
   * @param id 8 to 64 characters of {@code [A-Za-z0-9_-]}
   * @return the same id
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not an id
   */
  public static String checkClientId(String id) {
    return Names.checkClientId(id);
  }

  /** {@return the event's name, {@value #DEFAULT_EVENT} if none was given} */
  public String event() {
    return event;
  }

  /** {@return whether the payload is JSON; otherwise it is bytes} */
  public boolean isJson() {
    return json;
  }

  /** {@return a copy of the payload: compact JSON text in UTF-8, or the bytes} */
  public Buffer data() {
    return Buffer.buffer(data);
  }

  /** {@return how many bytes {@link #data()} has} */
  public int length() {
    return data.length;
  }

  /**
   * {@return the payload as a String, Number, Boolean, {@link io.vertx.core.json.JsonObject} or
   * {@link io.vertx.core.json.JsonArray}, or empty if it is JSON's {@code null}}
   *
   * @throws IllegalStateException if the payload is bytes
   */
  public Optional<Object> json() {
    if (!json) {
      throw new IllegalStateException("The payload is bytes, not JSON.");
    }
    return Optional.ofNullable(Json.decodeValue(data()));
  }

  /** {@return how urgent the message is} */
  public Priority priority() {
    return priority;
  }

  /**
   * {@return the message's time, to the millisecond; present in every message that is delivered}
   */
  public Optional<Instant> time() {
    return time == NO_TIME ? Optional.empty() : Optional.of(Instant.ofEpochMilli(time));
  }

  /** {@return the idempotency key, if one was given} */
  public Optional<String> key() {
    return details.key;
  }

  /** {@return the user who published it, if that is known} */
  public Optional<String> from() {
    return details.from;
  }

  /** {@return the id of the client that does not get it, if there is one} */
  public Optional<String> except() {
    return details.except;
  }

  /** {@return the name of the value that it reports, if it has one} */
  public Optional<String> replaces() {
    return details.replaces;
  }

  /** {@return the event and the size, for logs; never the payload} */
  @Override
  public String toString() {
    return "Message["
        + event
        + ", "
        + data.length
        + " bytes of "
        + (json ? "JSON" : "binary")
        + "]";
  }
}

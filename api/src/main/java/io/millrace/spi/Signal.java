package io.millrace.spi;

import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.Member;
import io.millrace.MillraceException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What the engine sends to a reader besides entries. A signal knows its type and the fields of its
 * JSON frame. A framing with other forms implements a {@link Visitor}, with one for each kind.
 */
public sealed interface Signal {

  /** {@return what it is called in the protocol, for example {@code heartbeat}} */
  String type();

  /** {@return what the protocol's JSON frame has besides the type, in its order; a new object} */
  JsonObject fields();

  /**
   * Calls the method for this kind of signal.
   *
   * @param visitor has one for each
   * @param <T> what they return
   * @return what the method returned
   */
  <T> T accept(Visitor<T> visitor);

  /**
   * A method for each kind of signal.
   *
   * @param <T> what they return
   */
  interface Visitor<T> {

    /**
     * Takes the first signal.
     *
     * @param welcome the signal
     * @return the result
     */
    T welcome(Welcome welcome);

    /**
     * Takes a gap notice.
     *
     * @param missed the signal
     * @return the result
     */
    T missed(Missed missed);

    /**
     * Takes a heartbeat.
     *
     * @param heartbeat the signal
     * @return the result
     */
    T heartbeat(Heartbeat heartbeat);

    /**
     * Takes the last signal.
     *
     * @param goodbye the signal
     * @return the result
     */
    T goodbye(Goodbye goodbye);

    /**
     * Takes the notice that the broker is out of reach.
     *
     * @param degraded the signal
     * @return the result
     */
    T degraded(Degraded degraded);

    /**
     * Takes the notice that the broker can be reached again.
     *
     * @param restored the signal
     * @return the result
     */
    T restored(Restored restored);

    /**
     * Takes who is present.
     *
     * @param presence the signal
     * @return the result
     */
    T presence(Presence presence);

    /**
     * Takes an answer to a command.
     *
     * @param answer the signal
     * @return the result
     */
    T answer(Answer answer);
  }

  /** The client's clock may be wrong, so it gets the server's time, too. */
  private static void putExpiry(JsonObject fields, Optional<Instant> expires) {
    expires.ifPresent(
        at -> fields.put("expires", at.toEpochMilli()).put("now", Instant.now().toEpochMilli()));
  }

  /**
   * The first signal.
   *
   * @param cursor where the reader begins; empty if a client must not resume from there
   * @param heartbeat after how much silence heartbeats are sent
   * @param retry when to reconnect, varied for each connection; the JSON frame omits it
   * @param padding how many bytes that mean nothing come first; the JSON frame omits it, too
   * @param limits as in the negotiate document
   * @param client the client's id, if it has one
   * @param expires when the client's credentials expire, if they do
   */
  record Welcome(
      Optional<Cursor> cursor,
      Duration heartbeat,
      Duration retry,
      int padding,
      JsonObject limits,
      Optional<String> client,
      Optional<Instant> expires)
      implements Signal {

    /** The version of the protocol. */
    private static final int VERSION = 1;

    @Override
    public String type() {
      return "welcome";
    }

    @Override
    public JsonObject fields() {
      JsonObject fields = new JsonObject().put("version", VERSION);
      cursor.ifPresent(place -> fields.put("cursor", place.toString()));
      client.ifPresent(id -> fields.put("client", id));
      putExpiry(fields, expires);
      return fields.put("heartbeat", heartbeat.toMillis()).put("limits", limits);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.welcome(this);
    }
  }

  /**
   * Messages may have been missed.
   *
   * @param gap where and why
   * @param cursor where the reader continues; absent while a replay is under way
   */
  record Missed(Gap gap, Optional<Cursor> cursor) implements Signal {

    @Override
    public String type() {
      return "gap";
    }

    @Override
    public JsonObject fields() {
      JsonObject fields =
          new JsonObject().put("channels", gap.channels()).put("reason", gap.reason().toString());
      if (!gap.missed().isEmpty()) {
        fields.put("missed", new JsonObject(new LinkedHashMap<>(gap.missed())));
      }
      cursor.ifPresent(place -> fields.put("cursor", place.toString()));
      return fields;
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.missed(this);
    }
  }

  /**
   * Nothing was sent for a while.
   *
   * @param cursor where the reader is
   * @param moved whether that has changed since the last cursor was sent; the JSON frame omits it
   */
  record Heartbeat(Cursor cursor, boolean moved) implements Signal {

    @Override
    public String type() {
      return "heartbeat";
    }

    @Override
    public JsonObject fields() {
      return new JsonObject().put("cursor", cursor.toString());
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.heartbeat(this);
    }
  }

  /**
   * The connection is about to end.
   *
   * @param ending why
   */
  record Goodbye(Ending ending) implements Signal {

    @Override
    public String type() {
      return "goodbye";
    }

    @Override
    public JsonObject fields() {
      return new JsonObject()
          .put("reason", ending.reason())
          .put("after", ending.after().toMillis());
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.goodbye(this);
    }
  }

  /** The broker is out of reach: no messages arrive until {@link Restored}. */
  record Degraded() implements Signal {

    @Override
    public String type() {
      return "degraded";
    }

    @Override
    public JsonObject fields() {
      return new JsonObject();
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.degraded(this);
    }
  }

  /** The broker can be reached again. */
  record Restored() implements Signal {

    @Override
    public String type() {
      return "restored";
    }

    @Override
    public JsonObject fields() {
      return new JsonObject();
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.restored(this);
    }
  }

  /**
   * Who is present on a channel: all members, or what has changed; only the count for too many.
   *
   * @param channel the channel
   * @param members the members, if this names all of them
   * @param joined those who have come, or whose {@code info} has changed
   * @param left the users who have left
   * @param count how many members there are
   */
  record Presence(
      String channel,
      Optional<List<Member>> members,
      List<Member> joined,
      List<String> left,
      int count)
      implements Signal {

    @Override
    public String type() {
      return "presence";
    }

    @Override
    public JsonObject fields() {
      return PresenceJson.fields(this);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.presence(this);
    }
  }

  /** An answer to a command. Only clients of a {@link Transport.Trait#DUPLEX} transport get any. */
  sealed interface Answer extends Signal {

    @Override
    default <T> T accept(Visitor<T> visitor) {
      return visitor.answer(this);
    }
  }

  /**
   * A subscribe or unsubscribe command was carried out.
   *
   * @param id the JSON text of the command's id
   * @param cursor where the reader is
   */
  record Done(String id, Cursor cursor) implements Answer {

    @Override
    public String type() {
      return "ok";
    }

    @Override
    public JsonObject fields() {
      return new JsonObject().put("id", Json.decodeValue(id)).put("cursor", cursor.toString());
    }
  }

  /**
   * An auth command was carried out.
   *
   * @param id the JSON text of the command's id
   * @param expires when the new credentials expire, if they do
   */
  record Authenticated(String id, Optional<Instant> expires) implements Answer {

    @Override
    public String type() {
      return "ok";
    }

    @Override
    public JsonObject fields() {
      JsonObject fields = new JsonObject().put("id", Json.decodeValue(id));
      putExpiry(fields, expires);
      return fields;
    }
  }

  /**
   * A publish command was carried out.
   *
   * @param id the JSON text of the command's id
   * @param name the message's name, if the broker gives it one
   */
  record Published(String id, Optional<String> name) implements Answer {

    @Override
    public String type() {
      return "ok";
    }

    @Override
    public JsonObject fields() {
      JsonObject fields = new JsonObject().put("id", Json.decodeValue(id));
      name.ifPresent(published -> fields.put("published", published));
      return fields;
    }
  }

  /**
   * A command failed. The connection stays open.
   *
   * @param id the JSON text of the command's id, if it had one that could be read
   * @param code the kind of failure
   * @param message what is wrong and what to do
   */
  record Failed(Optional<String> id, MillraceException.Code code, String message)
      implements Answer {

    @Override
    public String type() {
      return "error";
    }

    @Override
    public JsonObject fields() {
      JsonObject fields = new JsonObject();
      id.ifPresent(text -> fields.put("id", Json.decodeValue(text)));
      return fields.put("code", code.text()).put("message", message);
    }
  }
}

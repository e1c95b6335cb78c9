package io.millrace;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is at the other end of a connection, as an {@code Authenticator} has found out. It is all
 * that a node keeps of a request, for as long as the connection lasts. Immutable.
 */
public final class Client {

  private static final long NEVER = Long.MAX_VALUE;

  private static final Client ANONYMOUS = new Client(Optional.empty(), NEVER, 0, Map.of());

  private final Optional<String> user;
  // Numbers, since every connection keeps a client: milliseconds since 1970.
  private final long expires;
  private final long issued;
  private final Map<String, Object> attributes;

  private Client(Optional<String> user, long expires, long issued, Map<String, Object> attributes) {
    this.user = user;
    this.expires = expires;
    this.issued = issued;
    this.attributes = attributes;
  }

  /** {@return a client of which nothing is known} */
  public static Client anonymous() {
    return ANONYMOUS;
  }

  /**
   * A client that belongs to a user. Its credentials count as issued now, and never expire.
   *
   * @param user the user's id, 1 to 200 characters without control characters and unpaired
   *     surrogates
   * @return the client
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if the id is not allowed
   */
  public static Client of(String user) {
    return new Client(
        Optional.of(Names.checkUser(user)), NEVER, System.currentTimeMillis(), Map.of());
  }

  /**
   * The same client with an expiry. Five seconds after it, what the client reads ends, and the
   * client needs new credentials.
   *
   * @param instant when its credentials expire, in whole milliseconds; after the year 9999 means
   *     never
   * @return a client
   */
  public Client withExpiry(Instant instant) {
    return new Client(
        user, instant.isAfter(Message.LATEST) ? NEVER : millis(instant), issued, attributes);
  }

  /** What is before 1970 is long past. */
  private static long millis(Instant instant) {
    return instant.isBefore(Instant.EPOCH)
        ? 0
        : (instant.isAfter(Message.LATEST) ? Message.LATEST : instant).toEpochMilli();
  }

  /**
   * The same client with the time at which its credentials were issued. What is revoked later does
   * not count for credentials that are issued after that.
   *
   * @param instant in whole milliseconds; for a token, when it was issued; for a session, which is
   *     looked up at each request, leave the present time. A time after the question counts as that
   *     of the question
   * @return a client
   */
  public Client withIssued(Instant instant) {
    return new Client(user, expires, millis(instant), attributes);
  }

  /**
   * The same client with an attribute, for the application's own {@link Authorizer}. The attribute
   * {@code info} is what other clients see of a member that is present.
   *
   * @param name the attribute's name
   * @param value a String, Number or Boolean, or a JsonObject, JsonArray, Map or List of these;
   *     copied
   * @return a client
   * @throws IllegalArgumentException if the value is of another type
   */
  public Client withAttribute(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(attributes);
    more.put(name, frozen(value));
    return new Client(user, expires, issued, Collections.unmodifiableMap(more));
  }

  private static Object frozen(Object value) {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value;
    }
    if (value instanceof JsonObject object) {
      return frozen(object.getMap());
    }
    if (value instanceof JsonArray array) {
      return frozen(array.getList());
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, each) -> copy.put((String) key, frozen(each)));
      return Collections.unmodifiableMap(copy);
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(each -> copy.add(frozen(each)));
      return Collections.unmodifiableList(copy);
    }
    throw new IllegalArgumentException("An attribute must be a JSON value, not " + value);
  }

  /** {@return the user's id; empty for an anonymous client} */
  public Optional<String> user() {
    return user;
  }

  /** {@return when its credentials expire; empty if they do not} */
  public Optional<Instant> expires() {
    return expires == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expires));
  }

  /** {@return when its credentials were issued} */
  public Instant issued() {
    return Instant.ofEpochMilli(issued);
  }

  /**
   * {@return its attributes: Strings, Numbers, Booleans, and unmodifiable Maps and Lists of these}
   */
  public Map<String, Object> attributes() {
    return attributes;
  }

  /** {@return the user; never an attribute} */
  @Override
  public String toString() {
    return user.map(id -> "Client[" + id + "]").orElse("Client[anonymous]");
  }
}

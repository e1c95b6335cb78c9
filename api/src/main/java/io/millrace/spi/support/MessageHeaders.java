package io.millrace.spi.support;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Priority;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a message is sent through a broker that carries bytes and string headers: STOMP's headers, or
 * the application properties and the content type of AMQP.
 *
 * <table>
 * <caption>Headers; each is optional</caption>
 * <tr><th>header</th><th>meaning</th><th>without it</th></tr>
 * <tr><td>{@value #CONTENT_TYPE}</td><td>what the body is, see below</td>
 *     <td>it is detected</td></tr>
 * <tr><td>{@value #EVENT}</td><td>the event's name</td><td>{@value Message#DEFAULT_EVENT}</td></tr>
 * <tr><td>{@value #KEY}</td><td>the idempotency key</td><td>none</td></tr>
 * <tr><td>{@value #PRIORITY}</td><td>{@code high}, {@code normal} or {@code low}</td>
 *     <td>{@code normal}</td></tr>
 * <tr><td>{@value #TIME}</td><td>the message's time, in milliseconds since 1970-01-01T00:00Z</td>
 *     <td>none; the same if its year is not 0 to 9999</td></tr>
 * <tr><td>{@value #FROM}</td><td>the user who published it, percent-encoded in UTF-8</td>
 *     <td>none</td></tr>
 * <tr><td>{@value #EXCEPT}</td><td>the id of the client that does not get it</td>
 *     <td>none</td></tr>
 * <tr><td>{@value #REPLACES}</td><td>the name of the value that it reports</td>
 *     <td>none</td></tr>
 * </table>
 *
 * <p>A body of {@code application/json}, or of a type that ends in {@code +json}, is a JSON value.
 * A body of {@code text/*} is text in its {@code charset}, or in UTF-8 if it names none. If such a
 * body is not what its type says, the message is invalid. A body of {@code
 * application/octet-stream} is bytes. With any other type, or none, a body is a JSON value if it
 * can be read as one, otherwise text if it is UTF-8, otherwise bytes. Text becomes a JSON string;
 * an empty body is the empty text. So messages from programs that know nothing of Millrace can be
 * read.
 *
 * <p>Header names and values are plain text here, without the escapes of the protocol that carries
 * them.
 */
public final class MessageHeaders {

  /** The media type of the body (RFC 9110, section 8.3). */
  public static final String CONTENT_TYPE = "content-type";

  /** The name of the event. */
  public static final String EVENT = "millrace-event";

  /** The idempotency key. */
  public static final String KEY = "millrace-key";

  /** The priority, in the text form of {@link Priority}. */
  public static final String PRIORITY = "millrace-priority";

  /** The time, in milliseconds since 1970-01-01T00:00Z. */
  public static final String TIME = "millrace-time";

  /** The user who published it, percent-encoded (RFC 3986, section 2.1) in UTF-8. */
  public static final String FROM = "millrace-from";

  /** The id of the client that does not get it. */
  public static final String EXCEPT = "millrace-except";

  /** The name of the value that it reports. */
  public static final String REPLACES = "millrace-replaces";

  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");

  private static final String JSON = "application/json";
  private static final String BYTES = "application/octet-stream";

  private MessageHeaders() {}

  /**
   * Returns the headers of a message. Its body is {@link Message#data()}.
   *
   * @param message the message
   * @return a new map, which may be changed. It always has {@value #CONTENT_TYPE}, and the others
   *     if their value is not what holds without them
   */
  public static Map<String, String> write(Message message) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(CONTENT_TYPE, message.isJson() ? JSON : BYTES);
    if (!message.event().equals(Message.DEFAULT_EVENT)) {
      headers.put(EVENT, message.event());
    }
    message.key().ifPresent(key -> headers.put(KEY, key));
    if (message.priority() != Priority.NORMAL) {
      headers.put(PRIORITY, message.priority().toString());
    }
    message
        .time()
        .map(Instant::toEpochMilli)
        .ifPresent(millis -> headers.put(TIME, Long.toString(millis)));
    message.from().ifPresent(user -> headers.put(FROM, encode(user)));
    message.except().ifPresent(client -> headers.put(EXCEPT, client));
    message.replaces().ifPresent(value -> headers.put(REPLACES, value));
    return headers;
  }

  /**
   * Reads a message.
   *
   * @param headers its headers by their names; those that are not Millrace's are ignored
   * @param body its body, which is not kept
   * @return the message
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if a header's value is not
   *     allowed, or the body is not what its content type says
   */
  public static Message read(Map<String, String> headers, Buffer body) {
    return read(headers, body, true);
  }

  /**
   * Reads a message whose body, if it is text, is in UTF-8, whatever {@code charset} its content
   * type names: for example a string of AMQP 1.0, which has been decoded already.
   *
   * @param headers as in {@link #read}
   * @param body its body, which is not kept
   * @return the message
   * @throws MillraceException as {@link #read} does
   */
  public static Message readUnicode(Map<String, String> headers, Buffer body) {
    return read(headers, body, false);
  }

  private static Message read(Map<String, String> headers, Buffer body, boolean encoded) {
    Message message = payload(Optional.ofNullable(headers.get(CONTENT_TYPE)), body, encoded);
    String event = headers.get(EVENT);
    if (event != null) {
      message = message.withEvent(event);
    }
    String key = headers.get(KEY);
    if (key != null) {
      message = message.withKey(key);
    }
    String priority = headers.get(PRIORITY);
    if (priority != null) {
      message = message.withPriority(Priority.of(priority));
    }
    String time = headers.get(TIME);
    if (time != null) {
      message = readTime(time).filter(Message::isTime).map(message::withTime).orElse(message);
    }
    return readDetails(headers, message);
  }

  private static Message readDetails(Map<String, String> headers, Message plain) {
    Message message = plain;
    String from = headers.get(FROM);
    if (from != null) {
      message = message.withFrom(decode(from));
    }
    String except = headers.get(EXCEPT);
    if (except != null) {
      message = message.withExcept(except);
    }
    String replaces = headers.get(REPLACES);
    return replaces == null ? message : message.withReplaces(replaces);
  }

  /** Some brokers carry only ASCII in headers. */
  private static String encode(String user) {
    return URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String decode(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw invalid("The user in " + FROM + " is not percent-encoded.");
    }
  }

  private static Message payload(Optional<String> contentType, Buffer body, boolean encoded) {
    Optional<HeaderElement> type =
        contentType.flatMap(value -> HeaderElement.parse(List.of(value)).stream().findFirst());
    String name = type.map(HeaderElement::name).orElse("");
    if (name.equals(JSON) || name.endsWith("+json")) {
      return Message.jsonText(body);
    }
    if (name.startsWith("text/")) {
      Optional<String> charset =
          type.filter(told -> encoded)
              .map(told -> told.parameters().get("charset"))
              .filter(named -> !named.isEmpty());
      return text(charset, body)
          .orElseThrow(() -> invalid("The body is not text in the charset of its content type."));
    }
    return name.equals(BYTES) ? Message.bytes(body) : unsaid(body);
  }

  private static Message unsaid(Buffer body) {
    try {
      return Message.jsonText(body);
    } catch (MillraceException notJson) {
      return text(Optional.empty(), body).orElseGet(() -> Message.bytes(body));
    }
  }

  private static Optional<Message> text(Optional<String> charset, Buffer body) {
    try {
      Charset named = charset.map(Charset::forName).orElse(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.wrap(body.getBytes());
      return Optional.of(Message.json(named.newDecoder().decode(bytes).toString()));
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    } catch (IllegalArgumentException unknown) {
      throw invalid("The charset in the body's content type is not supported here.");
    }
  }

  /** A number with too many digits is as implausible as any other that is too large. */
  private static Optional<Instant> readTime(String text) {
    if (!WHOLE.matcher(text).matches()) {
      throw invalid("A message's time must be a whole number of milliseconds since 1970.");
    }
    try {
      return Optional.of(Instant.ofEpochMilli(Long.parseLong(text)));
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  private static MillraceException invalid(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}

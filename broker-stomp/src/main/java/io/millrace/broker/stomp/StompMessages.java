package io.millrace.broker.stomp;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.MessageHeaders;
import io.millrace.spi.link.Link;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How messages look in STOMP: their {@link MessageHeaders} are headers. Brokers hand over what came
 * by AMQP 1.0 in ways of their own, which are undone where the broker says that it did so.
 */
final class StompMessages {

  /** What RabbitMQ says of a body that is encoded sections of AMQP 1.0. */
  private static final String TYPE = "type";

  private static final String ENCODED = "amqp-1.0";

  /** What ActiveMQ Classic says of a body that is a whole message, encoded. */
  private static final String NATIVE = "JMS_AMQP_NATIVE";

  /** Where ActiveMQ Classic and Artemis keep the content type of AMQP 1.0. */
  private static final String CONTENT_TYPE = "JMS_AMQP_ContentType";

  /** What a body was before Artemis translated it. */
  private static final String ORIGINAL = "JMS_AMQP_ORIGINAL_ENCODING";

  /** Artemis decodes data that is said to be text, and strings are decoded: both are UTF-8 here. */
  private static final Set<String> TRANSLATED = Set.of("2", "5");

  /** Of a map nothing is left. */
  private static final String MAP = "7";

  /** How much brokers put around a payload, in what they hand over as it is encoded. */
  static final int MOST_AROUND = 64 << 10;

  private StompMessages() {}

  /**
   * Reads a MESSAGE.
   *
   * @param most how many bytes its payload may have
   * @throws MillraceException if it is larger, is not what its headers say, or is a value of AMQP
   *     1.0 that is neither text nor bytes
   */
  static Message read(StompFrame frame, int most) {
    Map<String, String> headers = frame.headers();
    String contentType = headers.get(CONTENT_TYPE);
    boolean translated = false;
    if (contentType != null && !headers.containsKey(MessageHeaders.CONTENT_TYPE)) {
      headers = new HashMap<>(headers);
      headers.put(MessageHeaders.CONTENT_TYPE, contentType);
      translated = frame.header(ORIGINAL).filter(TRANSLATED::contains).isPresent();
    }
    AmqpBody.Decoded body = body(frame);
    check(body.bytes().length(), most);
    Message message = read(headers, body, translated);
    // As JSON a text is longer, up to six times.
    check(message.length(), most);
    return message;
  }

  private static void check(int length, int most) {
    if (length > most) {
      throw Link.tooLarge(most);
    }
  }

  private static Message read(
      Map<String, String> headers, AmqpBody.Decoded body, boolean translated) {
    if (body.isText()) {
      return MessageHeaders.readUnicode(headers, body.bytes());
    }
    return translated
        ? readTranslated(headers, body.bytes())
        : MessageHeaders.read(headers, body.bytes());
  }

  /** Of some charsets Artemis hands on the bytes as they came. */
  private static Message readTranslated(Map<String, String> headers, Buffer body) {
    try {
      return MessageHeaders.readUnicode(headers, body);
    } catch (MillraceException notUnicode) {
      return MessageHeaders.read(headers, body);
    }
  }

  private static AmqpBody.Decoded body(StompFrame frame) {
    if (frame.header(ORIGINAL).filter(MAP::equals).isPresent()) {
      throw AmqpBody.unreadable();
    }
    boolean encoded =
        frame.header(TYPE).filter(ENCODED::equals).isPresent()
            || frame.header(NATIVE).filter("true"::equals).isPresent();
    return Optional.of(frame.body())
        .filter(body -> encoded)
        .flatMap(AmqpBody::decode)
        .orElseGet(() -> new AmqpBody.Decoded(frame.body(), false));
  }
}

package io.millrace.broker.stomp;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.remote.Messages;
import io.millrace.spi.support.MessageHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How messages look in STOMP: their {@link MessageHeaders} are headers. Each broker converts
 * messages from AMQP 1.0 in its own way. That is undone if the broker says that it did so.
 */
final class StompMessages {

  /** The header with which RabbitMQ marks a body that is encoded sections of AMQP 1.0. */
  static final String TYPE = "type";

  private static final String ENCODED = "amqp-1.0";

  /** The header with which ActiveMQ Classic marks a body that is a whole encoded message. */
  static final String NATIVE = "JMS_AMQP_NATIVE";

  /** The header in which ActiveMQ Classic and Artemis keep the content type of AMQP 1.0. */
  static final String AMQP_CONTENT_TYPE = "JMS_AMQP_ContentType";

  /** The header that says what a body was before Artemis converted it. */
  static final String ORIGINAL = "JMS_AMQP_ORIGINAL_ENCODING";

  /** A string, which is Unicode. Of data, Artemis decodes only what is UTF-8 anyway. */
  private static final String STRING = "5";

  /** A map, of which nothing is left. */
  private static final String MAP = "7";

  /** How many bytes brokers may add around the payload of an encoded message. */
  static final int MOST_AROUND = 64 << 10;

  private StompMessages() {}

  /**
   * Reads a MESSAGE.
   *
   * @param most how many bytes its payload may have
   * @throws MillraceException if it is larger, is not what its headers say, or is an AMQP 1.0 value
   *     that is neither text nor bytes
   */
  static Message read(StompFrame frame, int most) {
    Map<String, String> headers = frame.headers();
    String contentType = headers.get(AMQP_CONTENT_TYPE);
    boolean isText = frame.header(ORIGINAL).filter(STRING::equals).isPresent();
    if (contentType != null && !headers.containsKey(MessageHeaders.CONTENT_TYPE)) {
      headers = new HashMap<>(headers);
      headers.put(MessageHeaders.CONTENT_TYPE, contentType);
    }
    AmqpBody.Decoded body = body(frame);
    return Messages.read(headers, body.bytes(), isText || body.text(), most);
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

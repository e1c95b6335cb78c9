package io.millrace.broker.stomp;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.MessageHeaders;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

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

  /** Of a map nothing is left. */
  private static final String MAP = "7";

  private StompMessages() {}

  /**
   * Reads a MESSAGE.
   *
   * @throws MillraceException if it is not what its headers say, or is a value of AMQP 1.0 that is
   *     neither text nor bytes
   */
  static Message read(StompFrame frame) {
    Map<String, String> headers = frame.headers();
    String contentType = headers.get(CONTENT_TYPE);
    if (contentType != null && !headers.containsKey(MessageHeaders.CONTENT_TYPE)) {
      headers = new HashMap<>(headers);
      headers.put(MessageHeaders.CONTENT_TYPE, contentType);
    }
    return MessageHeaders.read(headers, body(frame));
  }

  private static Buffer body(StompFrame frame) {
    if (frame.header(ORIGINAL).filter(MAP::equals).isPresent()) {
      throw AmqpBody.unreadable();
    }
    boolean encoded =
        frame.header(TYPE).filter(ENCODED::equals).isPresent()
            || frame.header(NATIVE).filter("true"::equals).isPresent();
    return Optional.of(frame.body())
        .filter(body -> encoded)
        .flatMap(AmqpBody::decode)
        .orElse(frame.body());
  }
}

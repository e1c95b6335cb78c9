package io.millrace.broker.amqp;

import io.millrace.MillraceException;
import io.millrace.spi.remote.Messages;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Converts messages to and from AMQP (section 3.2): the body is data, the content type is the
 * property of that name, and the other {@link MessageHeaders} are application properties.
 */
final class AmqpMessages {

  /** Where Artemis and ActiveMQ put the content type of a message that was sent over STOMP. */
  private static final List<String> CONTENT_TYPES =
      List.of("_AMQ_CONTENT_TYPE", MessageHeaders.CONTENT_TYPE);

  private static final List<String> HEADERS =
      List.of(
          MessageHeaders.EVENT, MessageHeaders.KEY, MessageHeaders.PRIORITY, MessageHeaders.TIME);

  /** JMS clients mark messages for a topic with this annotation, and Artemis relies on it. */
  private static final Symbol DESTINATION = Symbol.valueOf("x-opt-jms-dest");

  private static final byte TOPIC = 1;

  /** How many bytes an encoded message may have besides its payload. */
  static final int MOST_AROUND = 64 << 10;

  private AmqpMessages() {}

  static Message write(io.millrace.Message message) {
    Map<String, String> headers = MessageHeaders.write(message);
    Message written = Proton.message();
    written.setContentType(headers.remove(MessageHeaders.CONTENT_TYPE));
    if (!headers.isEmpty()) {
      written.setApplicationProperties(new ApplicationProperties(new LinkedHashMap<>(headers)));
    }
    written.setMessageAnnotations(
        new MessageAnnotations(new HashMap<>(Map.of(DESTINATION, TOPIC))));
    written.setBody(new Data(new Binary(message.data().getBytes())));
    return written;
  }

  /**
   * Reads a message.
   *
   * @param most how many bytes its payload may have
   * @throws MillraceException if it is larger, if it is not what its headers say, or if its body is
   *     a value that is neither text nor bytes nor JSON
   */
  static io.millrace.Message read(Message message, int most) {
    Map<String, String> headers = new HashMap<>();
    Map<String, Object> properties =
        Optional.ofNullable(message.getApplicationProperties())
            .map(ApplicationProperties::getValue)
            .orElse(Map.of());
    for (String name : HEADERS) {
      text(properties.get(name)).ifPresent(value -> headers.put(name, value));
    }
    Stream.concat(
            Stream.ofNullable(message.getContentType()),
            CONTENT_TYPES.stream().flatMap(name -> text(properties.get(name)).stream()))
        .findFirst()
        .ifPresent(type -> headers.put(MessageHeaders.CONTENT_TYPE, type));
    // Strings of AMQP, and values that become JSON, have no charset any more.
    return Messages.read(headers, body(message), !isBinary(message.getBody()), most);
  }

  private static boolean isBinary(@Nullable Section body) {
    return body instanceof Data
        || (body instanceof AmqpValue value && value.getValue() instanceof Binary);
  }

  /** {@return a message annotation, if it exists and is text} */
  static Optional<String> annotation(Message message, String name) {
    return Optional.ofNullable(message.getMessageAnnotations())
        .map(MessageAnnotations::getValue)
        .flatMap(annotations -> text(annotations.get(Symbol.valueOf(name))));
  }

  private static Optional<String> text(@Nullable Object value) {
    return value instanceof String || value instanceof Symbol || value instanceof Number
        ? Optional.of(value.toString())
        : Optional.empty();
  }

  private static Buffer body(Message message) {
    if (message.getBody() instanceof Data data) {
      return bytes(Optional.ofNullable(data.getValue()).orElseThrow(AmqpMessages::withoutBytes));
    }
    if (message.getBody() instanceof AmqpValue value) {
      return AmqpValues.body(value.getValue());
    }
    if (message.getBody() instanceof AmqpSequence sequence) {
      return AmqpValues.body(sequence.getValue());
    }
    return Buffer.buffer();
  }

  private static MillraceException withoutBytes() {
    return new MillraceException(
        MillraceException.Code.BAD_REQUEST,
        "Its body is said to be data but is null. Send bytes, even if there are none.");
  }

  static Buffer bytes(Binary binary) {
    return Buffer.buffer()
        .appendBytes(binary.getArray(), binary.getArrayOffset(), binary.getLength());
  }
}

package io.millrace.broker.amqp;

import io.millrace.spi.MessageHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * How messages look in AMQP (section 3.2): the body is data, the content type is the property of
 * that name, and the other {@link MessageHeaders} are application properties.
 */
final class AmqpMessages {

  /** Where Artemis keeps the content type of a message that came by another protocol. */
  private static final String ARTEMIS_CONTENT_TYPE = "_AMQ_CONTENT_TYPE";

  private static final List<String> HEADERS =
      List.of(
          MessageHeaders.EVENT, MessageHeaders.KEY, MessageHeaders.PRIORITY, MessageHeaders.TIME);

  /** As JMS clients mark what is for a topic, which is how Artemis knows. */
  private static final Symbol DESTINATION = Symbol.valueOf("x-opt-jms-dest");

  private static final byte TOPIC = 1;

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
   * @throws io.millrace.MillraceException if it is not what its headers say
   * @throws RuntimeException if its body cannot be told as JSON either
   */
  static io.millrace.Message read(Message message) {
    Map<String, String> headers = new HashMap<>();
    Map<String, Object> properties =
        Optional.ofNullable(message.getApplicationProperties())
            .map(ApplicationProperties::getValue)
            .orElse(Map.of());
    for (String name : HEADERS) {
      text(properties.get(name)).ifPresent(value -> headers.put(name, value));
    }
    Optional.ofNullable(message.getContentType())
        .or(() -> text(properties.get(ARTEMIS_CONTENT_TYPE)))
        .ifPresent(type -> headers.put(MessageHeaders.CONTENT_TYPE, type));
    return MessageHeaders.read(headers, body(message));
  }

  /** {@return a message annotation, if it is there and is text} */
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
      return bytes(data.getValue());
    }
    if (message.getBody() instanceof AmqpValue value) {
      return value(value.getValue());
    }
    if (message.getBody() instanceof AmqpSequence sequence) {
      return value(sequence.getValue());
    }
    return Buffer.buffer();
  }

  private static Buffer value(@Nullable Object value) {
    if (value instanceof Binary binary) {
      return bytes(binary);
    }
    return value instanceof String text ? Buffer.buffer(text) : Json.encodeToBuffer(value);
  }

  private static Buffer bytes(Binary binary) {
    return Buffer.buffer()
        .appendBytes(binary.getArray(), binary.getArrayOffset(), binary.getLength());
  }
}

package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.message.Message;

/**
 * How channels are named at a broker: {@code a.b} is the topic {@code millrace.a.b}. Only names and
 * patterns that {@link ChannelPattern} has checked get here, so none can contain a wildcard or
 * slash of the broker.
 */
final class Addresses {

  private static final String MANY = "**";

  /** For RabbitMQ and Artemis: one segment, then any number. */
  private static final String ONE_OR_MORE = "*.#";

  /** Any number of segments; messages that do not match are left out later. */
  private static final String ACTIVEMQ_MANY = ">";

  /** The beginning of ActiveMQ's addresses of topics. */
  private static final String TOPIC = "topic://";

  private final AmqpDialect dialect;
  private final String exchange;
  private final String prefix;

  Addresses(AmqpBrokerOptions options, AmqpDialect dialect) {
    this.dialect = dialect;
    exchange = options.exchange();
    prefix = options.prefix();
  }

  /** The address of the link that all publishing uses; empty if each message has its own. */
  Optional<String> target() {
    return dialect == AmqpDialect.RABBITMQ_3
        ? Optional.of("/exchange/" + exchange)
        : Optional.empty();
  }

  /** Sets the address of a message to that of a channel. */
  void address(Message message, String channel) {
    String topic = prefix + channel;
    switch (dialect) {
      case RABBITMQ_3 -> {
        message.setAddress("/exchange/" + exchange + "/" + topic);
        message.setSubject(topic);
      }
      case RABBITMQ_4 -> {
        message.setAddress("/exchanges/" + exchange + "/" + topic);
        message.setSubject(topic);
      }
      case ARTEMIS -> message.setAddress(topic);
      case ACTIVEMQ -> message.setAddress(TOPIC + topic);
    }
  }

  /** The topic of a name or pattern. */
  String topic(ChannelPattern pattern) {
    String text = pattern.toString();
    return prefix
        + (text.endsWith(MANY) ? text.substring(0, text.length() - MANY.length()) + many() : text);
  }

  private String many() {
    return dialect == AmqpDialect.ACTIVEMQ ? ACTIVEMQ_MANY : ONE_OR_MORE;
  }

  /** The address of the source for a name or pattern; empty if a queue must be created. */
  Optional<String> source(ChannelPattern pattern) {
    return switch (dialect) {
      case RABBITMQ_3 -> Optional.of("/exchange/" + exchange + "/" + topic(pattern));
      case RABBITMQ_4 -> Optional.empty();
      case ARTEMIS -> Optional.of(topic(pattern));
      case ACTIVEMQ -> Optional.of(TOPIC + topic(pattern));
    };
  }

  /**
   * Returns the channel of a message, if the message says it. A message from the link of a name is
   * for that name, whatever it says.
   *
   * @param pattern the name or pattern of the link
   */
  Optional<String> channel(ChannelPattern pattern, Message message) {
    if (pattern.isName()) {
      return Optional.of(pattern.toString());
    }
    Optional<String> to =
        Optional.ofNullable(message.getAddress())
            .map(address -> address.substring(address.lastIndexOf('/') + 1));
    Stream<Optional<String>> told =
        switch (dialect) {
          case RABBITMQ_3, RABBITMQ_4 ->
              Stream.of(
                  AmqpMessages.annotation(message, "x-routing-key"),
                  Optional.ofNullable(message.getSubject()),
                  to);
          case ARTEMIS, ACTIVEMQ -> Stream.of(to);
        };
    return told.flatMap(Optional::stream)
        .filter(topic -> topic.startsWith(prefix))
        .map(topic -> topic.substring(prefix.length()))
        .filter(Addresses::isChannel)
        .findFirst();
  }

  private static boolean isChannel(String text) {
    try {
      ChannelPattern.ofKey(text);
      return true;
    } catch (MillraceException foreign) {
      return false;
    }
  }
}

package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.message.Message;

/**
 * How channels are named at a broker: {@code a.b} is the topic {@code millrace.a.b}. Only names and
 * patterns that {@link ChannelPattern} has checked get here, so none can bring a wildcard or a
 * slash of its own.
 */
final class Addresses {

  private static final String MANY = "**";

  /** RabbitMQ and Artemis alike: one segment, then any number. */
  private static final String ONE_OR_MORE = "*.#";

  /** Any number of segments; what does not match is left out later. */
  private static final String ACTIVEMQ_MANY = ">";

  /** What ActiveMQ's addresses of topics begin with. */
  private static final String TOPIC = "topic://";

  private final AmqpDialect dialect;
  private final String exchange;
  private final String prefix;

  Addresses(AmqpBrokerOptions options, AmqpDialect dialect) {
    this.dialect = dialect;
    exchange = options.exchange();
    prefix = options.prefix();
  }

  /** The address of the link that all publishing uses; empty: each message has its own. */
  Optional<String> target() {
    return dialect == AmqpDialect.RABBITMQ_3
        ? Optional.of("/exchange/" + exchange)
        : Optional.empty();
  }

  /** Addresses a message to a channel. */
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

  /** The topic that stands for a name or pattern. */
  String topic(ChannelPattern pattern) {
    String text = pattern.toString();
    return prefix
        + (text.endsWith(MANY) ? text.substring(0, text.length() - MANY.length()) + many() : text);
  }

  private String many() {
    return dialect == AmqpDialect.ACTIVEMQ ? ACTIVEMQ_MANY : ONE_OR_MORE;
  }

  /**
   * The address of the source that a name or pattern is received from; empty: a queue must be made.
   */
  Optional<String> source(ChannelPattern pattern) {
    return switch (dialect) {
      case RABBITMQ_3 -> Optional.of("/exchange/" + exchange + "/" + topic(pattern));
      case RABBITMQ_4 -> Optional.empty();
      case ARTEMIS -> Optional.of(topic(pattern));
      case ACTIVEMQ -> Optional.of(TOPIC + topic(pattern));
    };
  }

  /**
   * Returns the channel that a message is for, if it tells. One that came by a name's link is for
   * that name, whatever it tells.
   *
   * @param pattern what the link is to
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
      return ChannelPattern.of(text).isName();
    } catch (MillraceException foreign) {
      return false;
    }
  }
}

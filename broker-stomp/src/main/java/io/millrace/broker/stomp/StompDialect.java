package io.millrace.broker.stomp;

import java.util.Locale;

/** The kinds of brokers, which differ in how they name topics and write wildcards. */
public enum StompDialect {
  /** RabbitMQ: {@code /topic/a.b}, {@code *}, {@code #}; consumers have a prefetch count. */
  RABBITMQ("/topic/", "#"),
  /** ActiveMQ Classic: {@code /topic/a.b}, {@code *}, <code>&gt;</code>. */
  ACTIVEMQ("/topic/", ">"),
  /**
   * Apache Artemis: the multicast address {@code a.b}, {@code *}, {@code #}. The routing type
   * travels in headers, so the acceptor needs no {@code multicastPrefix}.
   */
  ARTEMIS("", "#"),
  /** Any other: {@code /topic/a.b}, {@code *}, {@code #}. */
  OTHER("/topic/", "#");

  private final String topicPrefix;
  private final String many;

  StompDialect(String topicPrefix, String many) {
    this.topicPrefix = topicPrefix;
    this.many = many;
  }

  /** {@return what destinations that are topics begin with} */
  public String topicPrefix() {
    return topicPrefix;
  }

  /** {@return the wildcard for all segments that follow} */
  String many() {
    return many;
  }

  /** Finds out by the {@code server} header of CONNECTED. */
  static StompDialect of(String server) {
    String name = server.toLowerCase(Locale.ROOT);
    if (name.startsWith("rabbitmq")) {
      return RABBITMQ;
    }
    if (name.contains("artemis")) {
      return ARTEMIS;
    }
    return name.startsWith("activemq") ? ACTIVEMQ : OTHER;
  }
}

package io.millrace.broker.stomp;

import java.util.Locale;

/** The kinds of brokers. They differ in the names of topics and in wildcards. */
public enum StompDialect {
  /** RabbitMQ: {@code /topic/a.b}, {@code *}, {@code #}; consumers have a prefetch count. */
  RABBITMQ("/topic/", "#"),
  /** ActiveMQ Classic: {@code /topic/a.b}, {@code *}, <code>&gt;</code>. */
  ACTIVEMQ("/topic/", ">"),
  /**
   * Apache Artemis: the multicast address {@code a.b}, {@code *}, {@code #}. The routing type is
   * sent in headers, so the acceptor needs no {@code multicastPrefix}.
   */
  ARTEMIS("", "#"),
  /** Any other broker: {@code /topic/a.b}, {@code *}, {@code #}. */
  OTHER("/topic/", "#");

  private final String topicPrefix;
  private final String many;

  StompDialect(String topicPrefix, String many) {
    this.topicPrefix = topicPrefix;
    this.many = many;
  }

  /** {@return the beginning of the destinations of topics} */
  public String topicPrefix() {
    return topicPrefix;
  }

  /** {@return the wildcard that matches all remaining segments} */
  String many() {
    return many;
  }

  /** Recognizes a broker by the {@code server} header of CONNECTED. */
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

package io.millrace.broker.amqp;

import java.util.Optional;

/**
 * The kinds of brokers. They differ in the names of topics, because AMQP 1.0 leaves addresses to
 * the broker.
 */
public enum AmqpDialect {

  /**
   * RabbitMQ before version 4, with the plug-in {@code rabbitmq_amqp1_0}.
   *
   * <p>The plug-in never deletes the queue that it creates for a subscription (rabbitmq-server
   * issue 2588), so the server needs a policy that lets it expire: {@code rabbitmqctl set_policy
   * --apply-to queues amqp-subscriptions '^amq\.gen-' '{"expires":60000}'}.
   */
  RABBITMQ_3,

  /** RabbitMQ since version 4. */
  RABBITMQ_4,

  /** Apache ActiveMQ Artemis, with multicast addresses. */
  ARTEMIS,

  /** Apache ActiveMQ Classic, with topics. */
  ACTIVEMQ;

  /** Recognizes a broker by the properties {@code product} and {@code version} of its OPEN. */
  static Optional<AmqpDialect> of(String product, String version) {
    return switch (product) {
      case "RabbitMQ" -> Optional.of(version.matches("[0-3]\\..*") ? RABBITMQ_3 : RABBITMQ_4);
      case "apache-activemq-artemis" -> Optional.of(ARTEMIS);
      case "ActiveMQ" -> Optional.of(ACTIVEMQ);
      default -> Optional.empty();
    };
  }
}

package io.millrace.broker.amqp;

import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.millrace.spi.remote.Reconnector;
import io.millrace.spi.remote.RemoteBroker;
import io.millrace.spi.remote.Topics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;

/**
 * The broker {@code amqp}: one connection to Artemis, RabbitMQ or ActiveMQ over AMQP 1.0, with one
 * receiver for each channel or pattern that the node's readers want. The channel {@code a.b} is the
 * topic {@code millrace.a.b}.
 *
 * <p>A publish completes when the broker has accepted the message. While the connection is down,
 * publishing fails at once. The connection is made again automatically; then everything is
 * subscribed again, and readers receive a gap notice. {@link
 * io.millrace.spi.support.MessageHeaders} says how messages look to other programs.
 *
 * <p>Safe on any thread. An instance serves one node, once. For RabbitMQ 3 see {@link
 * AmqpDialect#RABBITMQ_3}.
 */
public final class AmqpBroker extends RemoteBroker {

  private final AmqpBrokerOptions options;

  /** Makes a broker with the default options, which suit a server on this machine. */
  public AmqpBroker() {
    this(new AmqpBrokerOptions());
  }

  /**
   * Makes a broker.
   *
   * @param options where the server is and how to use it; copied
   */
  public AmqpBroker(AmqpBrokerOptions options) {
    super(options);
    this.options = new AmqpBrokerOptions(options);
  }

  @Override
  public String name() {
    return "amqp";
  }

  /**
   * Returns a broker with options.
   *
   * @param config see {@link AmqpBrokerOptions#AmqpBrokerOptions(JsonObject)}
   * @return a new broker; this one, if the configuration is empty
   * @throws IllegalArgumentException if the configuration contains anything else
   */
  @Override
  public Broker configured(JsonObject config) {
    return config.isEmpty() ? this : new AmqpBroker(new AmqpBrokerOptions(config));
  }

  /**
   * Connects the node. While no broker can be reached, it keeps trying.
   *
   * @param ingress where to bring messages
   * @return completes when the node is connected; fails if the broker refuses, is not trusted (TLS)
   *     or is of an unknown kind
   */
  @Override
  public Future<Void> open(Ingress ingress) {
    Vertx vertx = ingress.vertx();
    Reconnector<AmqpBrokerConnection> reconnector =
        new Reconnector<>(
            vertx, options.hosts(), host -> AmqpBrokerConnection.connect(vertx, options, host));
    return open(
        reconnector,
        new Topics<>(
            new AmqpTopics(options), ingress, options, skipCounter(), reconnector::another));
  }
}

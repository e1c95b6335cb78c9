package io.millrace.broker.amqp;

import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.millrace.spi.link.LinkBroker;
import io.millrace.spi.link.LinkKeeper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;

/**
 * The broker {@code amqp}: one link to Artemis, RabbitMQ or ActiveMQ over AMQP 1.0, with one
 * receiver for each channel or pattern that the node's readers want. The channel {@code a.b} is the
 * topic {@code millrace.a.b}.
 *
 * <p>A publish completes when the broker accepted the message. When the link is down, publishing
 * fails at once; the link comes back by itself, everything is subscribed again, and readers are
 * told a gap. How messages look to other programs is said in {@link
 * io.millrace.spi.MessageHeaders}.
 *
 * <p>Safe on any thread. An instance serves one node, once. For RabbitMQ 3 see {@link
 * AmqpDialect#RABBITMQ_3}.
 */
public final class AmqpBroker extends LinkBroker {

  private final AmqpBrokerOptions options;

  /** A broker with the defaults, which suit a server on this machine. */
  public AmqpBroker() {
    this(new AmqpBrokerOptions());
  }

  /**
   * A broker.
   *
   * @param options where it is and how to use it, copied
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
   * @return a new broker; this one, if there is nothing in the configuration
   * @throws IllegalArgumentException if there is something else in it
   */
  @Override
  public Broker configured(JsonObject config) {
    return config.isEmpty() ? this : new AmqpBroker(new AmqpBrokerOptions(config));
  }

  /**
   * Links the node. While no broker can be reached it goes on trying.
   *
   * @param ingress where to bring messages
   * @return completes when the node is linked; fails if the broker refuses, is not to be trusted
   *     (TLS), is of a kind that is not known, or has no stream to offer where one is asked for
   */
  @Override
  public Future<Void> open(Ingress ingress) {
    if (options.mode() == AmqpMode.STREAM) {
      return Future.failedFuture(
          new AmqpException(
              "The mode \"stream\" is not offered over AMQP 1.0: RabbitMQ 3 can declare no stream by it."
                  + " Use the broker \"stomp\" in its stream mode, or the mode \"topic\"."));
    }
    Vertx vertx = ingress.vertx();
    LinkKeeper<AmqpLink> keeper =
        new LinkKeeper<>(vertx, options.hosts(), host -> AmqpLink.connect(vertx, options, host));
    return open(keeper, new TopicMode(vertx, ingress, options, skipCounter(), keeper::another));
  }
}

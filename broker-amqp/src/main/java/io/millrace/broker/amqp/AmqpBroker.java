package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The broker {@code amqp}: one link to Artemis or RabbitMQ over AMQP 1.0, with one receiver for
 * each channel or pattern that the node's readers want. The channel {@code a.b} is the topic {@code
 * millrace.a.b}.
 *
 * <p>A publish completes when the broker accepted the message. When the link is down, publishing
 * fails at once; the link comes back by itself, everything is subscribed again, and readers are
 * told a gap. How messages look to other programs is said in {@link
 * io.millrace.spi.MessageHeaders}.
 *
 * <p>Safe on any thread. An instance serves one node, once. For RabbitMQ 3 see {@link
 * AmqpDialect#RABBITMQ_3}.
 */
public final class AmqpBroker implements Broker {

  /** What a message costs in memory besides its payload. */
  private static final int OVERHEAD = 1024;

  private record Open(Context context, TopicMode mode, AmqpConnector connector) {}

  private final AmqpBrokerOptions options;
  private final Skipped skipped = new Skipped();
  private final AtomicLong pendingBytes = new AtomicLong();
  private volatile Optional<Open> open = Optional.empty();

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
    Context context = vertx.getOrCreateContext();
    TopicMode mode = new TopicMode(vertx, ingress, options, skipped);
    AmqpConnector connector = new AmqpConnector(vertx, context, options, mode);
    open = Optional.of(new Open(context, mode, connector));
    return connector.open();
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    long size = (long) message.data().length() + OVERHEAD;
    try {
      ChannelPattern.checkName(channel);
    } catch (MillraceException noChannel) {
      return Future.failedFuture(noChannel);
    }
    if (pendingBytes.addAndGet(size) > options.maxPendingBytes() + OVERHEAD) {
      pendingBytes.addAndGet(-size);
      return Future.failedFuture(
          new MillraceException(
              MillraceException.Code.UNAVAILABLE,
              "The broker is slower than what is published. Try again."));
    }
    return onContext(mode -> mode.publish(channel, message))
        .onComplete(done -> pendingBytes.addAndGet(-size));
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    return onContext(mode -> mode.subscribe(pattern));
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    return onContext(mode -> mode.unsubscribe(pattern));
  }

  private <T> Future<T> onContext(Function<TopicMode, Future<T>> action) {
    Optional<Open> now = open;
    if (now.isEmpty()) {
      return Future.failedFuture(
          new MillraceException(MillraceException.Code.UNAVAILABLE, "The broker is not open."));
    }
    Promise<T> done = Promise.promise();
    now.get()
        .context()
        .runOnContext(
            turn -> {
              try {
                action.apply(now.get().mode()).onComplete(done);
              } catch (MillraceException refused) {
                done.tryFail(refused);
              }
            });
    return done.future();
  }

  @Override
  public Future<Void> close() {
    Optional<Open> closing = open;
    open = Optional.empty();
    return closing
        .map(
            was -> {
              was.context().runOnContext(turn -> was.mode().close());
              return was.connector().close();
            })
        .orElse(Future.succeededFuture());
  }

  /**
   * {@return how many messages came from the broker that are none for a reader: at a topic that is
   * no channel, larger than allowed, or not what their headers say}
   */
  public long skipped() {
    return skipped.count();
  }
}

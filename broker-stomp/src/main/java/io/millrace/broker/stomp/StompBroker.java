package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.BrokerLog;
import io.millrace.spi.BrokerRecords;
import io.millrace.spi.Ingress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The broker {@code stomp}: one link to RabbitMQ, ActiveMQ or Artemis over STOMP 1.2 (1.1 and 1.0
 * are taken), with one subscription for each channel or pattern that the node's readers want. The
 * channel {@code a.b} is the topic {@code millrace.a.b}.
 *
 * <p>A publish completes when the broker's RECEIPT says that it took the message. When the link is
 * down, publishing fails at once; the link comes back by itself, everything is subscribed again,
 * and readers are told a gap. How messages look to other programs is said in {@link
 * io.millrace.spi.MessageHeaders}.
 *
 * <p>Safe on any thread. An instance serves one node, once.
 */
public final class StompBroker implements Broker {

  /** What a message costs in memory besides its payload. */
  private static final int OVERHEAD = 1024;

  /** How many records that are read back may be on their way. */
  private static final int READ_BACK_PREFETCH = 200;

  private record Open(Context context, Mode mode, StompConnector connector) {}

  private final StompBrokerOptions options;
  private final Skipped skipped = new Skipped();
  private final AtomicLong pendingBytes = new AtomicLong();
  private volatile Optional<Open> open = Optional.empty();

  /** A broker with the defaults, which suit a RabbitMQ on this machine. */
  public StompBroker() {
    this(new StompBrokerOptions());
  }

  /**
   * A broker.
   *
   * @param options where it is and how to use it, copied
   */
  public StompBroker(StompBrokerOptions options) {
    this.options = new StompBrokerOptions(options);
  }

  @Override
  public String name() {
    return "stomp";
  }

  /**
   * Returns a broker with other options.
   *
   * @param config see {@link StompBrokerOptions#StompBrokerOptions(JsonObject)}
   * @return a broker of the same name; this one, if there is nothing in the configuration
   * @throws IllegalArgumentException if a key is not known or a value cannot be used
   */
  @Override
  public StompBroker configured(JsonObject config) {
    return config.isEmpty() ? this : new StompBroker(new StompBrokerOptions(config));
  }

  /**
   * Links the node. While no broker can be reached it goes on trying.
   *
   * @param ingress where to bring messages
   * @return completes when the node is linked; fails if the broker refuses, is not to be trusted
   *     (TLS), or does not speak STOMP
   */
  @Override
  public Future<Void> open(Ingress ingress) {
    Vertx vertx = ingress.vertx();
    Context context = vertx.getOrCreateContext();
    StompConnector connector = new StompConnector(vertx, context, options);
    Mode mode =
        options.mode() == StompMode.STREAM
            ? new StreamMode(vertx, ingress, options, skipped, connector::another)
            : new TopicMode(vertx, ingress, options, skipped);
    open = Optional.of(new Open(context, mode, connector));
    return Future.all(connector.open(mode), mode.opened())
        .<Void>mapEmpty()
        .onFailure(failure -> close());
  }

  /** {@return whether only what is subscribed is brought: in topic mode} */
  @Override
  public boolean selective() {
    return options.mode() == StompMode.TOPIC;
  }

  /** {@return the stream, in stream mode} */
  @Override
  public Optional<BrokerLog> log() {
    return options.mode() == StompMode.STREAM ? Optional.of(new Stream()) : Optional.empty();
  }

  private final class Stream implements BrokerLog {

    @Override
    public Future<Void> catchUp() {
      return onContext(
          mode ->
              mode instanceof StreamMode stream
                  ? stream.catchUp()
                  : Future.failedFuture(StompLink.outOfReach()));
    }

    @Override
    public Future<BrokerRecords> read(long from, Duration lead) {
      Optional<Open> now = open;
      if (now.isEmpty()) {
        return Future.failedFuture(StompLink.outOfReach());
      }
      Vertx vertx = now.get().connector().vertx();
      Context reader = vertx.getOrCreateContext();
      Promise<BrokerRecords> records = Promise.promise();
      // Once this node has caught up, the stream is known to be the one that is followed.
      catchUp()
          .onFailure(records::fail)
          .onSuccess(
              same ->
                  reader.runOnContext(
                      here ->
                          StreamRecords.read(
                                  now.get().connector()::another, this::reading, from, lead)
                              .onComplete(records)));
      return records.future();
    }

    private StreamReading reading(StompLink link) {
      return new StreamReading(link, options, Skipped.unheard(), READ_BACK_PREFETCH);
    }
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

  private <T> Future<T> onContext(Function<Mode, Future<T>> action) {
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
   * {@return how many messages came from the broker that are none for a reader: at a destination
   * that is no channel, larger than allowed, or not what their headers say}
   */
  public long skipped() {
    return skipped.count();
  }
}

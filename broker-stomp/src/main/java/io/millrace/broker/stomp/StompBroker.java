package io.millrace.broker.stomp;

import io.millrace.spi.BrokerLog;
import io.millrace.spi.BrokerRecords;
import io.millrace.spi.Ingress;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.Reconnector;
import io.millrace.spi.remote.RemoteBroker;
import io.millrace.spi.remote.SkipCounter;
import io.millrace.spi.remote.Topics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/**
 * The broker {@code stomp}: one connection to RabbitMQ, ActiveMQ or Artemis over STOMP 1.2 (or 1.1
 * or 1.0), with one subscription for each channel or pattern that the node's readers want. The
 * channel {@code a.b} is the topic {@code millrace.a.b}.
 *
 * <p>A publish completes when the broker has confirmed the message with a RECEIPT. While the
 * connection is down, publishing fails at once. The connection is made again automatically; then
 * everything is subscribed again, and readers receive a gap notice. {@link
 * io.millrace.spi.support.MessageHeaders} describes how messages look to other programs.
 *
 * <p>Safe on any thread. An instance serves one node, once.
 */
public final class StompBroker extends RemoteBroker {

  /** How many records that are read back may be in flight. */
  private static final int READ_BACK_PREFETCH = 200;

  private record Streaming(Reconnector<StompBrokerConnection> reconnector, RabbitStreamMode mode) {}

  private final StompBrokerOptions options;
  private volatile Optional<Streaming> streaming = Optional.empty();

  /** Makes a broker with the defaults, which suit a RabbitMQ on this machine. */
  public StompBroker() {
    this(new StompBrokerOptions());
  }

  /**
   * Makes a broker.
   *
   * @param options where the broker is and how to use it; copied
   */
  public StompBroker(StompBrokerOptions options) {
    super(options);
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
   * @return a broker of the same name; this one if the configuration is empty
   * @throws IllegalArgumentException if a key is unknown, or a value cannot be used
   */
  @Override
  public StompBroker configured(JsonObject config) {
    return config.isEmpty() ? this : new StompBroker(new StompBrokerOptions(config));
  }

  /**
   * Connects the node. While no broker can be reached, it keeps trying.
   *
   * @param ingress where to bring messages
   * @return completes when the node is connected; fails if the broker refuses, cannot be trusted
   *     (TLS), or does not speak STOMP
   */
  @Override
  public Future<Void> open(Ingress ingress) {
    Vertx vertx = ingress.vertx();
    Reconnector<StompBrokerConnection> reconnector =
        new Reconnector<>(vertx, options.hosts(), new StompConnector(vertx, options));
    if (options.mode() == StompMode.TOPIC) {
      return open(
          reconnector,
          new Topics<>(
              new StompTopics(options), ingress, options, skipCounter(), reconnector::another));
    }
    RabbitStreamMode mode =
        new RabbitStreamMode(vertx, ingress, options, skipCounter(), reconnector::another);
    streaming = Optional.of(new Streaming(reconnector, mode));
    return open(reconnector, mode);
  }

  /** {@return whether it brings only what is subscribed to: true in topic mode} */
  @Override
  public boolean selective() {
    return options.mode() == StompMode.TOPIC;
  }

  /** {@return the stream, in stream mode} */
  @Override
  public Optional<BrokerLog> log() {
    return options.mode() == StompMode.STREAM
        ? Optional.of(new RabbitStreamLog())
        : Optional.empty();
  }

  private final class RabbitStreamLog implements BrokerLog {

    @Override
    public Future<Void> catchUp() {
      return streaming
          .map(now -> now.reconnector().onContext(now.mode()::catchUp))
          .orElseGet(() -> Future.failedFuture(BrokerConnection.outOfReach()));
    }

    @Override
    public Future<BrokerRecords> read(long from, Duration lead) {
      Optional<Reconnector<StompBrokerConnection>> reconnector =
          streaming.map(Streaming::reconnector);
      if (reconnector.isEmpty()) {
        return Future.failedFuture(BrokerConnection.outOfReach());
      }
      Context reader = reconnector.get().context().owner().getOrCreateContext();
      Promise<BrokerRecords> records = Promise.promise();
      // After this node has caught up, it is certain that this is the stream that it follows.
      catchUp()
          .onFailure(records::fail)
          .onSuccess(
              same ->
                  reader.runOnContext(
                      here ->
                          RabbitStreamRecords.read(
                                  reconnector.get()::another, this::reading, from, lead)
                              .onComplete(records)));
      return records.future();
    }

    private RabbitStreamReading reading(StompBrokerConnection connection) {
      return new RabbitStreamReading(
          connection, options, SkipCounter.unheard(), READ_BACK_PREFETCH);
    }
  }
}

package io.millrace.core.http;

import io.millrace.MillraceOptions;
import io.millrace.core.log.Beginning;
import io.millrace.core.log.Beginnings;
import io.millrace.core.log.Epoch;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.reader.BatchReader;
import io.millrace.core.reader.Shard;
import io.millrace.core.reader.Shards;
import io.millrace.core.reader.StreamReader;
import io.millrace.core.reader.StreamSettings;
import io.millrace.spi.Attachment;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * What a transport attaches: subscriptions that the log already knows, waiting for their reader.
 */
final class ReaderAttachment implements Attachment {

  private static final double RETRY_VARIATION = 0.3;
  private static final int SWITCHING_PROTOCOLS = 101;

  /**
   * Makes what will be attached, or given back.
   *
   * @param epoch the epoch of the log of the beginning
   * @param place what the client takes, until it is gone
   */
  record Arrival(
      RoutingContext context,
      AttachRequest asked,
      List<ReaderSubscription> subscriptions,
      Beginning beginning,
      Epoch epoch,
      Place place) {}

  private final Engine engine;
  private final Access access;
  private final Room room;
  private final Transport transport;
  private final Shard shard;
  private final Format format;

  /** Empty once it is used, so that a lasting connection does not keep its request. */
  private Optional<Arrival> unused;

  /** Makes the object that carries out the commands of the reader's client, if it may send any. */
  private Optional<Supplier<Commands>> duplex = Optional.empty();

  private Optional<Commands> commands = Optional.empty();
  private Optional<Supplier<Receiving>> receives = Optional.empty();
  private Optional<Receiving> receiving = Optional.empty();

  ReaderAttachment(
      Engine engine, Access access, Room room, Transport transport, Shard shard, Arrival arrival) {
    this.engine = engine;
    this.access = access;
    this.room = room;
    this.transport = transport;
    this.shard = shard;
    this.format = arrival.asked().format();
    this.unused = Optional.of(arrival);
  }

  @Override
  public Format format() {
    return format;
  }

  @Override
  public int maxReceiveBytes() {
    return engine.options().maxClientMessageBytes();
  }

  @Override
  public void attach(Framing framing, Outlet outlet) {
    use(outlet).ifPresent(arrival -> attach(arrival, framing, outlet));
  }

  private void attach(Arrival arrival, Framing framing, Outlet outlet) {
    StreamReader reader = new StreamReader(shard, transport.name(), framing, outlet, settings());
    Place place = arrival.place();
    reader.whenEnded(
        () -> {
          place.leave();
          receiving.ifPresent(Receiving::close);
          commands.ifPresent(Commands::close);
        });
    if (transport.traits().contains(Transport.Trait.DUPLEX)) {
      Access.Client client = access.lasting(arrival.context());
      duplex = Optional.of(() -> new Commands(engine, client, reader));
      receives = Optional.of(() -> new Receiving(room, shard.siblings(), reader, engine.options()));
    }
    shard.guard(reader, () -> reader.begin(arrival.subscriptions(), arrival.beginning()));
    place.settle();
  }

  @Override
  public void take(Framing framing, Outlet outlet, Duration hold) {
    Duration most = engine.options().longPollHold();
    Duration bounded = hold.compareTo(most) > 0 ? most : hold;
    use(outlet)
        .ifPresent(
            arrival -> {
              BatchReader reader =
                  new BatchReader(
                      shard, transport.name(), framing, outlet, engine.options(), bounded);
              reader.whenEnded(arrival.place()::leave);
              shard.guard(reader, () -> reader.begin(arrival.subscriptions(), arrival.beginning()));
              arrival.place().settle();
            });
  }

  @Override
  public Future<Void> receive(Buffer json) {
    if (commands.isEmpty()) {
      // Not before the first frame, because many clients never send one.
      commands = duplex.map(Supplier::get);
    }
    Future<Void> carriedOut =
        commands.map(taker -> taker.receive(json)).orElse(Future.succeededFuture());
    if (!carriedOut.isComplete()) {
      receiving().ifPresent(counting -> counting.waits(json.length()));
      carriedOut.onComplete(done -> receiving().ifPresent(counting -> counting.waits(0)));
    }
    return carriedOut;
  }

  @Override
  public void holds(int bytes, boolean begun) {
    receiving().ifPresent(counting -> counting.holds(bytes, begun));
  }

  /** Not before it is needed, because most messages arrive complete. */
  private Optional<Receiving> receiving() {
    if (receiving.isEmpty()) {
      receiving = receives.map(Supplier::get);
    }
    return receiving;
  }

  /** Returns what will be attached; if there is nothing, the outlet is ended. */
  private Optional<Arrival> use(Outlet outlet) {
    Optional<Arrival> used = unused;
    Optional<Ending> refusal =
        used.isEmpty() || isHead(used.get())
            ? Optional.of(Ending.DONE)
            : refusal(used.get().epoch());
    if (refusal.isPresent()) {
      abandon();
      outlet.end(refusal.get());
      return Optional.empty();
    }
    unused = Optional.empty();
    return used;
  }

  /** Returns why a client that was admitted to a log can no longer be attached, if that is so. */
  private Optional<Ending> refusal(Epoch admittedTo) {
    if (!engine.isServing() || engine.log().epoch() != admittedTo) {
      return Optional.of(Shards.goingAway());
    }
    return engine.transports().isOff(transport)
        ? Optional.of(Ending.TRANSPORT_OFF)
        : Optional.empty();
  }

  private static boolean isHead(Arrival arrival) {
    return HttpMethod.HEAD.equals(arrival.context().request().method());
  }

  /** Gives everything back when the response has ended, if no reader was attached until then. */
  void abandonAtEnd() {
    unused.map(Arrival::context).ifPresent(this::abandonAtEnd);
  }

  private void abandonAtEnd(RoutingContext context) {
    HttpServerResponse response = context.response();
    // The response of an upgrade counts as ended before the connection exists.
    boolean upgrading = response.getStatusCode() == SWITCHING_PROTOCOLS;
    if (response.closed() || (response.ended() && !upgrading)) {
      abandon();
    } else {
      context.addEndHandler(ended -> abandon());
    }
  }

  /** Gives everything back, if no reader was attached. */
  void abandon() {
    Optional<Arrival> left = unused;
    unused = Optional.empty();
    left.ifPresent(
        arrival -> {
          shard.release(arrival.subscriptions());
          arrival.place().leave();
        });
  }

  private StreamSettings settings() {
    MillraceOptions options = engine.options();
    double variation = 1 + RETRY_VARIATION * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    return new StreamSettings(
        options.heartbeat().orElse(transport.heartbeat()),
        options.stallTimeout(),
        Duration.ofMillis(Math.round(options.retry().toMillis() * variation)),
        transport.traits().contains(Transport.Trait.DUPLEX) ? 0 : options.recycleBytes(),
        options.slowReadersEnd(),
        () -> limits(options));
  }

  /** Returns the limits that clients are told. */
  static JsonObject limits(MillraceOptions options) {
    return new JsonObject()
        .put("channels", options.maxChannels())
        .put("message", options.maxClientMessageBytes())
        .put("last", Beginnings.MOST_REPLAYED)
        .put("publishesPerSecond", options.publishesPerSecond());
  }
}

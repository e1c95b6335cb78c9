package io.millrace.core.http;

import io.millrace.MillraceOptions;
import io.millrace.core.log.StartPositions;
import io.millrace.core.reader.BatchReader;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.LastingSettings;
import io.millrace.core.reader.Lease;
import io.millrace.core.reader.ReaderLoops;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Attachment;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** What a transport attaches: a client with its lease, which waits for its reader. */
final class ReaderAttachment implements Attachment {

  private static final double RETRY_VARIATION = 0.3;
  private static final int SWITCHING_PROTOCOLS = 101;

  private final Engine engine;
  private final Access access;
  private final Room room;
  private final Transport transport;
  private final Format format;

  /** Empty once it is used, so that a lasting connection does not keep its request. */
  private Optional<Arrival> unused;

  /** Makes the object that carries out the commands of the reader's client, if it may send any. */
  private Optional<Supplier<Commands>> duplex = Optional.empty();

  private Optional<Commands> commands = Optional.empty();
  private Optional<Supplier<Receiving>> receives = Optional.empty();
  private Optional<Receiving> receiving = Optional.empty();

  ReaderAttachment(Engine engine, Access access, Room room, Arrival arrival) {
    this.engine = engine;
    this.access = access;
    this.room = room;
    this.transport = arrival.transport();
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
    Lease lease = arrival.lease();
    Shard shard = lease.shard();
    LastingReader reader = new LastingReader(shard, transport.name(), framing, outlet, settings());
    ClientShare share = arrival.share();
    reader.whenEnded(
        () -> {
          share.leave();
          receiving.ifPresent(Receiving::close);
          commands.ifPresent(Commands::close);
        });
    if (transport.traits().contains(Transport.Trait.DUPLEX)) {
      Access.Client client = access.lasting(arrival.context());
      duplex = Optional.of(() -> new Commands(engine, client, reader));
      receives = Optional.of(() -> new Receiving(room, shard.loop(), reader, engine.options()));
    }
    lease.begin(reader);
  }

  @Override
  public void take(Framing framing, Outlet outlet, Duration hold) {
    use(outlet).ifPresent(arrival -> take(arrival, framing, outlet, hold));
  }

  private void take(Arrival arrival, Framing framing, Outlet outlet, Duration hold) {
    MillraceOptions options = engine.options();
    Duration most = options.longPollHold();
    Duration bounded = hold.compareTo(most) > 0 ? most : hold;
    Lease lease = arrival.lease();
    BatchReader reader =
        new BatchReader(lease.shard(), transport.name(), framing, outlet, options, bounded);
    reader.whenEnded(arrival.share()::leave);
    lease.begin(reader);
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

  /** Returns whose reader begins; if none may, the outlet is ended. */
  private Optional<Arrival> use(Outlet outlet) {
    Optional<Arrival> used = unused;
    Optional<Ending> refusal =
        used.map(arrival -> refusal(arrival.lease())).orElse(Optional.of(Ending.DONE));
    if (refusal.isPresent()) {
      abandon();
      outlet.end(refusal.get());
      return Optional.empty();
    }
    unused = Optional.empty();
    return used;
  }

  /** Returns why a client that was admitted can no longer be attached, if that is so. */
  private Optional<Ending> refusal(Lease lease) {
    if (!lease.isHeld()) {
      return Optional.of(Ending.DONE);
    }
    if (!engine.isServing() || !lease.isCurrent()) {
      return Optional.of(ReaderLoops.goingAway());
    }
    return engine.transports().isOff(transport)
        ? Optional.of(Ending.TRANSPORT_OFF)
        : Optional.empty();
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
    unused.ifPresent(Arrival::giveBack);
    unused = Optional.empty();
  }

  private LastingSettings settings() {
    MillraceOptions options = engine.options();
    double variation = 1 + RETRY_VARIATION * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    return new LastingSettings(
        options.heartbeat().orElse(transport.heartbeat()),
        options.stallTimeout(),
        Duration.ofMillis(Math.round(options.retry().toMillis() * variation)),
        transport.traits().contains(Transport.Trait.DUPLEX) ? 0 : options.recycleBytes(),
        options.slowReadersEnd(),
        () -> limits(options));
  }

  /** Returns the limits that are announced to clients. */
  static JsonObject limits(MillraceOptions options) {
    return new JsonObject()
        .put("channels", options.maxChannels())
        .put("message", options.maxClientMessageBytes())
        .put("last", StartPositions.MOST_REPLAYED)
        .put("publishesPerSecond", options.publishesPerSecond());
  }
}

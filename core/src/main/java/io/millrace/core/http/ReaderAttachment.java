package io.millrace.core.http;

import io.millrace.MillraceOptions;
import io.millrace.SlowPolicy;
import io.millrace.core.log.StartPositions;
import io.millrace.core.presence.Attendee;
import io.millrace.core.presence.Visitor;
import io.millrace.core.reader.BatchReader;
import io.millrace.core.reader.Expiry;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.LastingSettings;
import io.millrace.core.reader.Lease;
import io.millrace.core.reader.ReaderLoops;
import io.millrace.core.reader.Shard;
import io.millrace.internal.Silence;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/** What a transport attaches: a client with its lease, which waits for its reader. */
final class ReaderAttachment implements Attachment {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SWITCHING_PROTOCOLS = 101;

  private final Attaching attaching;
  private final Engine engine;
  private final Transport transport;
  private final Format format;

  /** Empty once it is used, so that a lasting connection does not keep its request. */
  private Optional<Arrival> unused;

  /** Makes the object that carries out the commands of the reader's client, if it may send any. */
  private Optional<Supplier<Commands>> duplex = Optional.empty();

  private Optional<Commands> commands = Optional.empty();
  private Optional<Supplier<Receiving>> receives = Optional.empty();
  private Optional<Receiving> receiving = Optional.empty();

  ReaderAttachment(Attaching attaching, Arrival arrival) {
    this.attaching = attaching;
    this.engine = attaching.engine();
    this.transport = arrival.transport;
    this.format = arrival.asked.format();
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
    Lease lease = arrival.lease;
    Shard shard = lease.shard();
    LastingReader reader = new LastingReader(shard, transport.name(), framing, outlet, settings());
    reader.identify(
        arrival.client(),
        Optional.of(arrival.asked.client().orElseGet(ReaderAttachment::randomId)));
    reader.locate(attaching.audit().address(arrival.context));
    reader.limitRate(arrival.asked.maxRate());
    ClientShare share = arrival.share;
    Optional<Attendee> attendee = engine.rooms().attendee(reader);
    Optional<ListenedReader> listened =
        attaching.listening().map(listening -> new ListenedReader(listening, reader));
    reader.whenEnded(
        () -> {
          share.leave();
          attendee.ifPresent(Attendee::close);
          receiving.ifPresent(Receiving::close);
          commands.ifPresent(Commands::close);
          listened.ifPresent(ListenedReader::ended);
        });
    if (transport.traits().contains(Transport.Trait.DUPLEX)) {
      Rights rights = attaching.rights(arrival);
      duplex = Optional.of(() -> attaching.commands(rights, reader, attendee));
      receives =
          Optional.of(
              () -> new Receiving(attaching.room(), shard.loop(), reader, engine.options()));
    }
    Silence.limit(arrival.context.request().connection(), engine.options().stallTimeout());
    lease.begin(reader);
    if (reader.isReading()) {
      attendee.ifPresent(it -> it.subscribed(arrival.asked.patterns(), arrival.asked.presence()));
    }
    listened.ifPresent(ListenedReader::attached);
  }

  @Override
  public void take(Framing framing, Outlet outlet, Duration hold) {
    use(outlet).ifPresent(arrival -> take(arrival, framing, outlet, hold));
  }

  private void take(Arrival arrival, Framing framing, Outlet outlet, Duration hold) {
    MillraceOptions options = engine.options();
    Duration most = options.longPollHold();
    Duration bounded =
        shorter(shorter(hold, most), Expiry.remaining(arrival.client(), options.expiryGrace()));
    Lease lease = arrival.lease;
    BatchReader reader =
        new BatchReader(lease.shard(), transport.name(), framing, outlet, options, bounded);
    reader.identify(arrival.client(), arrival.asked.client());
    reader.locate(attaching.audit().address(arrival.context));
    reader.limitRate(arrival.asked.maxRate());
    AttachRequest asked = arrival.asked;
    Optional<Visitor> visitor =
        engine.rooms().visitor(reader, asked.patterns(), asked.presence(), bounded.isZero());
    reader.whenEnded(
        () -> {
          arrival.share.leave();
          visitor.ifPresent(Visitor::end);
        });
    lease.begin(reader);
    if (!reader.isReading()) {
      visitor.ifPresent(Visitor::end);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
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
    Optional<Ending> refusal = used.map(this::refusal).orElse(Optional.of(Ending.DONE));
    if (refusal.isPresent()) {
      abandon();
      outlet.end(refusal.get());
      return Optional.empty();
    }
    unused = Optional.empty();
    return used;
  }

  /** Returns why a client that was admitted can no longer be attached, if that is so. */
  private Optional<Ending> refusal(Arrival arrival) {
    Lease lease = arrival.lease;
    if (!lease.isHeld()) {
      return Optional.of(Ending.DONE);
    }
    if (!engine.isAccepting() || !lease.isCurrent()) {
      return Optional.of(ReaderLoops.goingAway(engine.options().drainWindow()));
    }
    if (arrival.isOutdated(attaching.revocations())) {
      return Optional.of(Ending.REVOKED);
    }
    return engine.transports().isOff(transport)
        ? Optional.of(Ending.TRANSPORT_OFF)
        : Optional.empty();
  }

  /** Gives everything back when the response has ended, if no reader was attached until then. */
  void abandonAtEnd() {
    unused.map(arrival -> arrival.context).ifPresent(this::abandonAtEnd);
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

  private static String randomId() {
    byte[] id = new byte[16];
    RANDOM.nextBytes(id);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
  }

  private LastingSettings settings() {
    MillraceOptions options = engine.options();
    // So that those that began together do not end together.
    double lasting = Variation.below();
    boolean streamed = !transport.traits().contains(Transport.Trait.DUPLEX);
    return new LastingSettings(
        options.heartbeat().orElse(transport.heartbeat()),
        options.stallTimeout(),
        Variation.around(options.retry()),
        streamed ? Math.round(options.recycleBytes() * lasting) : 0,
        streamed ? Variation.part(options.recycleAge(), lasting) : Duration.ZERO,
        streamed ? options.streamPadding() : 0,
        channel -> options.slowPolicyOf(channel) == SlowPolicy.DISCONNECT,
        options.expiryGrace(),
        () -> limits(options));
  }

  /** Returns the limits that are announced to clients. */
  static JsonObject limits(MillraceOptions options) {
    return new JsonObject()
        .put("channels", options.maxChannels())
        .put("message", options.maxClientMessageBytes())
        .put("last", StartPositions.MOST_REPLAYED)
        .put("publishesPerSecond", options.publishesPerSecond())
        .put("commandsPerSecond", options.commandsPerSecond())
        .put("attachesPerSecond", options.attachesPerSecond())
        .put("readersPerUser", options.maxReadersPerUser());
  }
}

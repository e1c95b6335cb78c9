package io.millrace.core;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.spi.Attachment;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a transport attaches: subscriptions that the log knows already, waiting for their reader.
 */
final class ReaderAttachment implements Attachment {

  private static final double RETRY_VARIATION = 0.3;
  private static final int SWITCHING_PROTOCOLS = 101;

  private final MillraceNode node;
  private final Access access;
  private final RoutingContext context;
  private final Transport transport;
  private final AttachRequest asked;
  private final List<ReaderSubscription> subscriptions;
  private final Beginning beginning;
  private final Shard shard;
  private final Runnable leave;
  private boolean used;

  /** The reader whose client may send commands. */
  private Optional<StreamReader> duplex = Optional.empty();

  private Optional<Commands> commands = Optional.empty();

  ReaderAttachment(
      MillraceNode node,
      Access access,
      RoutingContext context,
      Transport transport,
      AttachRequest asked,
      List<ReaderSubscription> subscriptions,
      Beginning beginning,
      Shard shard,
      Runnable leave) {
    this.node = node;
    this.access = access;
    this.context = context;
    this.transport = transport;
    this.asked = asked;
    this.subscriptions = subscriptions;
    this.beginning = beginning;
    this.shard = shard;
    this.leave = leave;
  }

  @Override
  public Format format() {
    return asked.format();
  }

  @Override
  public int maxReceiveBytes() {
    return node.options().maxClientMessageBytes();
  }

  @Override
  public void attach(Framing framing, Outlet outlet) {
    if (!use(outlet)) {
      return;
    }
    StreamReader reader = new StreamReader(shard, transport.name(), framing, outlet, settings());
    reader.whenEnded(leave);
    if (transport.traits().contains(Transport.Trait.DUPLEX)) {
      duplex = Optional.of(reader);
    }
    shard.guard(reader, begun -> reader.begin(subscriptions, beginning));
  }

  @Override
  public void take(Framing framing, Outlet outlet, Duration hold) {
    Duration most = node.options().longPollHold();
    Duration bounded = hold.compareTo(most) > 0 ? most : hold;
    boolean guarded = bounded.isZero() && asked.start().cursor().isPresent();
    String poll = guarded ? poll() : "";
    if (guarded && !used && node.pollGuard().isTooSoon(poll)) {
      abandon();
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      context.fail(
          new MillraceException(
              MillraceException.Code.RATE_LIMITED,
              "Nothing is new since your last poll. Poll after nextPoll."));
      return;
    }
    if (!use(outlet)) {
      return;
    }
    BatchReader reader =
        new BatchReader(
            shard,
            transport.name(),
            framing,
            outlet,
            node.options(),
            bounded,
            () -> {
              if (guarded) {
                node.pollGuard().answeredEmpty(poll);
              }
            });
    reader.whenEnded(leave);
    shard.guard(reader, begun -> reader.begin(subscriptions, beginning));
  }

  /** Returns what makes polls the same. */
  private String poll() {
    String cursor = asked.start().cursor().orElse("");
    return Attaching.address(context) + " " + cursor + " " + context.request().uri();
  }

  @Override
  public Future<Void> receive(Buffer json) {
    if (commands.isEmpty()) {
      // Not before the first frame: many a client never sends one.
      commands = duplex.map(reader -> new Commands(node, access, context, reader));
    }
    return commands.map(taker -> taker.receive(json)).orElse(Future.succeededFuture());
  }

  /** Returns whether there is a reader to be attached; if not, the outlet is ended. */
  private boolean use(Outlet outlet) {
    if (used) {
      outlet.end(Ending.DONE);
      return false;
    }
    if (HttpMethod.HEAD.equals(context.request().method())) {
      abandon();
      outlet.end(Ending.DONE);
      return false;
    }
    Optional<Ending> late = node.refusal(transport);
    if (late.isPresent()) {
      abandon();
      outlet.end(late.get());
      return false;
    }
    used = true;
    return true;
  }

  /** Gives everything back when the response has ended, if no reader was attached until then. */
  void abandonAtEnd() {
    if (used) {
      return;
    }
    HttpServerResponse response = context.response();
    // That of an upgrade counts as ended before the connection is there.
    boolean upgrading = response.getStatusCode() == SWITCHING_PROTOCOLS;
    if (response.closed() || (response.ended() && !upgrading)) {
      abandon();
    } else {
      context.addEndHandler(ended -> abandon());
    }
  }

  /** Gives everything back, if no reader was attached. */
  void abandon() {
    if (!used) {
      used = true;
      shard.release(subscriptions);
      leave.run();
    }
  }

  private StreamSettings settings() {
    MillraceOptions options = node.options();
    double variation = 1 + RETRY_VARIATION * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    return new StreamSettings(
        options.heartbeat().orElse(transport.heartbeat()),
        options.stallTimeout(),
        Duration.ofMillis(Math.round(options.retry().toMillis() * variation)),
        transport.traits().contains(Transport.Trait.DUPLEX) ? 0 : options.recycleBytes(),
        options.slowReadersEnd(),
        () -> limits(options));
  }

  /** Returns what clients are told of limits. */
  static JsonObject limits(MillraceOptions options) {
    return new JsonObject()
        .put("channels", options.maxChannels())
        .put("message", options.maxClientMessageBytes())
        .put("last", Beginnings.MOST_REPLAYED)
        .put("publishesPerSecond", options.publishesPerSecond());
  }
}

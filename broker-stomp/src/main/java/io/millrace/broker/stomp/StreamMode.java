package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.millrace.spi.MessageHeaders;
import io.millrace.spi.link.Link;
import io.millrace.spi.link.LinkUser;
import io.millrace.spi.link.Publishers;
import io.millrace.spi.link.SkipCounter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All nodes read one stream of RabbitMQ, whose offsets are the log's sequence. On every link it is
 * first found out which stream this is, from its oldest record on; then the node follows it from
 * where it was. What a node publishes is published when the node reads it back. Used on the link's
 * context alone.
 */
final class StreamMode implements LinkUser<StompLink> {

  private static final Logger LOG = System.getLogger(StreamMode.class.getName());
  private static final ChannelPattern EVERYTHING = ChannelPattern.of("**");
  private static final long LEAST_PATIENCE_MILLIS = 2_000;
  private static final long USUAL_PATIENCE_MILLIS = 20_000;
  private static final long EXPIRY_MILLIS = 100;

  private final Vertx vertx;
  private final Ingress ingress;
  private final StompBrokerOptions options;
  private final SkipCounter skipped;
  private final Supplier<Future<StompLink>> links;
  private final StreamQueue queue;
  private final String node = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
  private final Promise<Void> opened = Promise.promise();
  private final Pending<Publication> publications;

  private final Publishers<StompLink> publishers;

  private final StreamMarkers markers;
  private final long ticker;
  private final long marking;
  private Optional<StompLink> link = Optional.empty();
  private Optional<String> epoch = Optional.empty();
  private Optional<Marker.Previous> newestMarker = Optional.empty();
  private long ids;

  /** The newest record that was brought to the node. */
  private long last = -1;

  /** Whether the node has everything up to the present, and publishing makes sense. */
  private boolean following;

  private boolean degraded;

  /** Whether the next record is to be the one after {@link #last}. */
  private boolean continued;

  /**
   * A mode.
   *
   * @param links makes further links, on the same context
   */
  StreamMode(
      Vertx vertx,
      Ingress ingress,
      StompBrokerOptions options,
      SkipCounter skipped,
      Supplier<Future<StompLink>> links) {
    this.vertx = vertx;
    this.links = links;
    this.ingress = ingress;
    this.options = options;
    this.skipped = skipped;
    this.queue = new StreamQueue(options);
    this.publishers = new Publishers<>(vertx, links, options.receiptTimeout());
    this.markers = new StreamMarkers(vertx, publishers, queue.markers());
    this.publications = new Pending<>(options.receiptTimeout());
    this.ticker = vertx.setPeriodic(EXPIRY_MILLIS, tick -> tick());
    this.marking =
        vertx.setPeriodic(options.markerInterval().toMillis(), tick -> markIfFollowing());
  }

  @Override
  public Future<Void> opened() {
    return opened.future();
  }

  private String nextId() {
    return node + "-" + ++ids;
  }

  /** How long the stream may bring nothing while a marker is on its way. */
  private long patienceMillis() {
    long twice = options.heartbeat().toMillis() * 2;
    return twice == 0 ? USUAL_PATIENCE_MILLIS : Math.max(twice, LEAST_PATIENCE_MILLIS);
  }

  private void tick() {
    publications.expire(System.nanoTime());
    if (markers.isSilent(patienceMillis() * 1_000_000)) {
      LOG.log(
          Logger.Level.ERROR,
          "The stream {0} does not bring back what is written to it: was it deleted?",
          options.stream());
      link.ifPresent(silent -> silent.end(new IOException("The stream is silent.")));
    }
  }

  @Override
  public void up(StompLink linked) {
    link = Optional.of(linked);
    markers.progress();
    publishers.retry();
    if (new Destinations(options, linked.server()).dialect() != StompDialect.RABBITMQ) {
      linked.end(
          new StompException("Streams need RabbitMQ, which " + linked.server() + " is not."));
      return;
    }
    links
        .get()
        .compose(probe -> identify(linked, probe))
        .compose(this::enter)
        .compose(from -> follow(linked, from))
        .onFailure(linked::end);
  }

  /** Reads the stream from its beginning, on a link of its own, until it is known which it is. */
  private Future<Identity> identify(StompLink linked, StompLink probe) {
    Identity identity = new Identity();
    Promise<Identity> found = Promise.promise();
    Consumer<StreamReading.Item> read =
        item -> {
          read(identity, item);
          identity.confirmed().ifPresent(known -> found.tryComplete(identity));
        };
    new StreamReading(probe, options, SkipCounter.unheard(), options.prefetch())
        .begin("first", read)
        .compose(begun -> markers.write(linked, Marker.hello(nextId())))
        .compose(
            back ->
                identity.best().isPresent()
                    ? Future.succeededFuture()
                    : markers.write(linked, Marker.founding(nextId(), randomEpoch())))
        .onSuccess(back -> found.tryComplete(identity))
        .onFailure(
            failure -> {
              if (!probe.isDown()) { // Else it says why.
                found.tryFail(failure);
              }
            });
    probe.ended().onSuccess(found::tryFail);
    return found.future().onComplete(known -> probe.disconnect());
  }

  private static String randomEpoch() {
    return Long.toUnsignedString(new SecureRandom().nextLong(), 36);
  }

  private void read(Identity identity, StreamReading.Item item) {
    markers.progress();
    item.marker()
        .ifPresentOrElse(
            marker -> {
              identity.read(item.offset(), marker);
              came(item.offset(), marker);
            },
            () -> identity.read(item.offset()));
  }

  private void came(long offset, Marker marker) {
    newestMarker = Optional.of(new Marker.Previous(offset, marker.id()));
    markers.came(marker);
  }

  /**
   * Takes the stream for what it is.
   *
   * @return from where to follow it
   */
  private Future<String> enter(Identity identity) {
    String name = identity.best().orElseThrow();
    if (epoch.filter(name::equals).isPresent()) {
      continued = true;
      return Future.succeededFuture(StreamQueue.at(last + 1));
    }
    if (epoch.isPresent()) {
      LOG.log(
          Logger.Level.ERROR,
          "The stream {0} is another one than before: was it deleted?",
          options.stream());
    }
    Duration back = options.streamTail().plus(ingress.lead());
    return here(ingress.begin(name))
        .map(
            begun -> {
              epoch = Optional.of(name);
              last = -1;
              continued = false;
              return StreamQueue.since(System.currentTimeMillis() - back.toMillis());
            });
  }

  /** Brings what completes elsewhere back to this context. */
  private <T> Future<T> here(Future<T> elsewhere) {
    Context context = vertx.getOrCreateContext();
    Promise<T> here = Promise.promise();
    elsewhere.onComplete(done -> context.runOnContext(turn -> here.handle(done)));
    return here.future();
  }

  private Future<Void> follow(StompLink linked, String from) {
    return new StreamReading(linked, options, skipped, options.prefetch())
        .begin(from, this::bring)
        .compose(begun -> markers.write(linked, confirming()))
        .onSuccess(caughtUp -> caughtUp());
  }

  private Marker confirming() {
    return new Marker(nextId(), epoch, false, newestMarker);
  }

  private void caughtUp() {
    following = true;
    opened.tryComplete();
    if (degraded) {
      degraded = false;
      ingress.restored();
    }
  }

  private void bring(StreamReading.Item item) {
    markers.progress();
    if (item.offset() <= last) {
      return;
    }
    try {
      bringNext(item);
    } catch (IllegalArgumentException disordered) {
      throw new StompException("The node cannot take this record: " + disordered.getMessage());
    }
  }

  private void bringNext(StreamReading.Item item) {
    if (continued && item.offset() > last + 1) {
      LOG.log(
          Logger.Level.ERROR,
          "The stream {0} has dropped records that this node had not read yet: it is too short",
          options.stream());
      ingress.interrupted(List.of(EVERYTHING));
    }
    continued = false;
    last = item.offset();
    Optional<Promise<Publication>> waiting = publications.take(item.publication());
    if (item.message().isEmpty()) {
      ingress.skip(last);
      item.marker().ifPresent(marker -> came(item.offset(), marker));
      return;
    }
    try {
      Publication publication = ingress.append(last, item.channel(), item.message().get());
      waiting.ifPresent(promise -> promise.complete(publication));
    } catch (MillraceException refused) {
      if (refused.code() != MillraceException.Code.CONFLICT) {
        skipped.add(item.channel(), String.valueOf(refused.getMessage()));
      }
      waiting.ifPresent(promise -> promise.fail(refused));
    }
  }

  private void markIfFollowing() {
    if (following && markers.isNoneOnItsWay()) {
      link.ifPresent(
          linked -> {
            var unused = markers.write(linked, confirming());
          });
    }
  }

  @Override
  public void down(Throwable cause) {
    link = Optional.empty();
    following = false;
    fail(Link.broken());
    if (!opened.future().isComplete()) {
      if (cause instanceof StompException) {
        opened.fail(cause);
      }
    } else if (!degraded) {
      degraded = true;
      ingress.degraded();
    }
  }

  private void fail(MillraceException why) {
    publications.failAll(why);
    markers.fail(why);
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    if (link.isEmpty() || !following) {
      return Future.failedFuture(Link.outOfReach());
    }
    StompLink linked = link.get();
    Message timed = message.time().isPresent() ? message : message.withTime(Instant.now());
    Map<String, String> headers = new Destinations(options, linked.server()).send(channel);
    headers.putAll(MessageHeaders.write(timed));
    String id = nextId();
    headers.put(StreamReading.PUBLICATION, id);
    Promise<Publication> published = Promise.promise();
    return publishers
        .publish(
            channel,
            sending -> {
              sending.send("SEND", headers, timed.data());
              // It is published when it was read back.
              return publications.await(id, System.nanoTime()).andThen(published).mapEmpty();
            })
        .compose(readBack -> published.future());
  }

  /** {@return completes when all that was in the stream at the time of the call was brought} */
  Future<Void> catchUp() {
    return link.filter(linked -> following)
        .map(linked -> markers.write(linked, Marker.hello(nextId())))
        .orElseGet(() -> Future.failedFuture(Link.outOfReach()));
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    return Future.succeededFuture(); // All of the stream is brought in any case.
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    vertx.cancelTimer(ticker);
    vertx.cancelTimer(marking);
    link = Optional.empty();
    following = false;
    opened.tryFail("The broker was closed.");
    fail(Link.broken());
    return publishers.close();
  }
}

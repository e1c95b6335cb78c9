package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.BrokerException;
import io.millrace.spi.remote.Messaging;
import io.millrace.spi.remote.Publishers;
import io.millrace.spi.remote.SkipCounter;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * All nodes read one stream of RabbitMQ, whose offsets are the log's sequence. On every connection,
 * the node first finds out which stream this is, by the names that nodes have given it. Then it
 * reads the last records that it knows again, and continues if they are the same. A message counts
 * as published when its node has read it back. Used only on the connection's context.
 */
final class RabbitStreamMode implements Messaging<StompBrokerConnection> {

  private static final Logger LOG = System.getLogger(RabbitStreamMode.class.getName());
  private static final long LEAST_PATIENCE_MILLIS = 2_000;
  private static final long USUAL_PATIENCE_MILLIS = 20_000;
  private static final long EXPIRY_MILLIS = 100;

  private final Vertx vertx;
  private final Ingress ingress;
  private final StompBrokerOptions options;
  private final SkipCounter skipped;
  private final Supplier<Future<StompBrokerConnection>> connections;
  private final Promise<Void> opened = Promise.promise();
  private final Pending<Publication> publications;
  private final Publishers<StompBrokerConnection> publishers;
  private final Markers markers;
  private final long ticker;
  private final long marking;
  private Optional<StompBrokerConnection> connection = Optional.empty();
  private Optional<RabbitStreamEpoch> epoch = Optional.empty();

  /** The identity of the stream, according to all markers that were read on this connection. */
  private Identity identity = new Identity();

  /** The end of what was brought to the node. */
  private Tail tail = new Tail();

  /** The same part as it is read again on this connection, until it is known to be the same. */
  private Optional<Tail> again = Optional.empty();

  /** Whether the stream no longer contains what the node has read from it. */
  private boolean lost;

  /** When the last record was brought. */
  private long readAt = System.nanoTime();

  /** Whether the node has caught up with the stream, so that it can publish. */
  private boolean following;

  private boolean degraded;

  /**
   * Makes a stream mode.
   *
   * @param connections makes further connections, on the same context
   */
  RabbitStreamMode(
      Vertx vertx,
      Ingress ingress,
      StompBrokerOptions options,
      SkipCounter skipped,
      Supplier<Future<StompBrokerConnection>> connections) {
    this.vertx = vertx;
    this.connections = connections;
    this.ingress = ingress;
    this.options = options;
    this.skipped = skipped;
    this.publishers = new Publishers<>(vertx, connections, options.confirmTimeout());
    this.markers = new Markers(vertx, publishers, new RabbitStreamQueue(options).markers());
    this.publications = new Pending<>(options.confirmTimeout());
    this.ticker = vertx.setPeriodic(EXPIRY_MILLIS, tick -> tick());
    this.marking =
        vertx.setPeriodic(options.markerInterval().toMillis(), tick -> markIfFollowing());
  }

  @Override
  public Future<Void> opened() {
    return opened.future();
  }

  /** How long the stream may bring nothing while a marker is waited for. */
  private long patienceMillis() {
    long twice = options.heartbeat().toMillis() * 2;
    return twice == 0 ? USUAL_PATIENCE_MILLIS : Math.max(twice, LEAST_PATIENCE_MILLIS);
  }

  private void tick() {
    publications.expire(System.nanoTime());
    if (markers.isSilentFor(patienceMillis())) {
      LOG.log(
          Logger.Level.ERROR,
          "The stream {0} does not deliver what is written to it. Was it deleted?",
          options.stream());
      connection.ifPresent(silent -> silent.end(new IOException("The stream is silent.")));
    }
  }

  @Override
  public void up(StompBrokerConnection connected) {
    connection = Optional.of(connected);
    markers.beginConnection();
    publishers.retry();
    if (connected.destinations().dialect() != StompDialect.RABBITMQ) {
      connected.end(
          new BrokerException("Streams need RabbitMQ, which " + connected.server() + " is not."));
      return;
    }
    Duration away = epoch.isEmpty() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - readAt);
    Probe.begin(connected, connections, options, markers, away)
        .compose(probe -> enter(connected, probe).onComplete(done -> probe.close()))
        .compose(from -> follow(connected, from))
        .onFailure(connected::end);
  }

  /**
   * Decides what to do with the stream: continue, or begin again.
   *
   * @return the place from which to follow it
   */
  private Future<String> enter(StompBrokerConnection connected, Probe probe) {
    identity = probe.identity();
    Optional<RabbitStreamEpoch> named = identity.best();
    long known = epoch.map(RabbitStreamEpoch::generation).orElse(0L);
    boolean disputed = identity.isDisputed();
    if (epoch.isPresent() && named.equals(epoch) && !lost && !disputed) {
      if (tail.last() < 0) {
        return begin(named.get(), probe);
      }
      if (probe.end() > tail.last()) {
        again = Optional.of(new Tail());
        return Future.succeededFuture(RabbitStreamQueue.at(tail.from()));
      }
      lose("it ends before the last record that this node has read");
    }
    if (named.isPresent() && named.get().generation() > known && !disputed) {
      return begin(named.get(), probe);
    }
    return probe
        .found(connected, Math.max(known, identity.highest()) + 1)
        .compose(founded -> begin(identity.best().orElseThrow(), probe));
  }

  private Future<String> begin(RabbitStreamEpoch named, Probe probe) {
    if (epoch.filter(before -> !before.equals(named)).isPresent()) {
      LOG.log(
          Logger.Level.ERROR,
          "The stream {0} is not the same as before. Was it deleted, or restored?",
          options.stream());
    }
    Duration back = options.streamTail().plus(ingress.lead()).plus(probe.ahead());
    return here(ingress.begin(named.name()))
        .map(
            begun -> {
              epoch = Optional.of(named);
              tail = new Tail();
              again = Optional.empty();
              lost = false;
              return RabbitStreamQueue.since(System.currentTimeMillis() - back.toMillis());
            });
  }

  private void lose(String why) {
    lost = true;
    LOG.log(
        Logger.Level.ERROR,
        "The stream {0} has changed: {1}. It gets a new name, and readers receive a gap notice",
        options.stream(),
        why);
  }

  /** Moves the completion of a future to this context. */
  private <T> Future<T> here(Future<T> elsewhere) {
    Context context = vertx.getOrCreateContext();
    Promise<T> here = Promise.promise();
    elsewhere.onComplete(done -> context.runOnContext(turn -> here.handle(done)));
    return here.future();
  }

  private Future<Void> follow(StompBrokerConnection connected, String from) {
    return new RabbitStreamReading(connected, options, skipped, options.prefetch())
        .begin(from, this::bring)
        .compose(begun -> confirm(connected))
        .onSuccess(read -> caughtUp())
        .mapEmpty();
  }

  private Future<Long> confirm(StompBrokerConnection connected) {
    return markers.write(connected, markers.confirming(epoch.orElseThrow()));
  }

  private void caughtUp() {
    following = true;
    markers.clock().start();
    opened.tryComplete();
    if (degraded) {
      degraded = false;
      ingress.restored();
    }
  }

  private void bring(RabbitStreamReading.Item item) {
    markers.alive();
    if (item.offset() <= tail.last()) {
      if (item.offset() >= tail.from()) {
        again.ifPresent(read -> read.add(item));
      }
      return;
    }
    if (again.filter(read -> !read.isSame(tail)).isPresent()) {
      lose("the last records that this node has read are no longer there");
      startOver("The stream has lost records.");
      return;
    }
    again = Optional.empty();
    try {
      bringNext(item);
    } catch (IllegalArgumentException disordered) {
      throw new BrokerException("The node cannot take this record: " + disordered.getMessage());
    }
  }

  /**
   * Begins again with another connection, because a node identifies the stream once on each
   * connection.
   */
  private void startOver(String why) {
    connection.ifPresent(connected -> connected.end(new IOException(why)));
  }

  private void bringNext(RabbitStreamReading.Item item) {
    tail.add(item);
    readAt = System.nanoTime();
    Optional<Promise<Publication>> waiting = publications.take(item.publication());
    if (item.message().isEmpty()) {
      waiting.ifPresent(promise -> promise.fail(unreadable()));
      ingress.skip(item.offset(), item.written());
      item.marker().ifPresent(marker -> take(item, marker));
      return;
    }
    try {
      Publication publication =
          ingress.append(item.offset(), item.written(), item.channel(), item.message().get());
      waiting.ifPresent(promise -> promise.complete(publication));
    } catch (MillraceException refused) {
      if (refused.code() != MillraceException.Code.CONFLICT) {
        skipped.add(item.channel(), String.valueOf(refused.getMessage()));
      }
      waiting.ifPresent(promise -> promise.fail(refused));
    } finally {
      // Whatever happened, nothing else would answer.
      waiting.ifPresent(promise -> promise.tryFail(BrokerConnection.broken()));
    }
  }

  /** The failure of a message that no node brings to its readers. */
  private static MillraceException unreadable() {
    return new MillraceException(
        MillraceException.Code.BAD_REQUEST,
        "The broker returned the message in a form that cannot be read, so no reader receives it."
            + " Send it in another form.");
  }

  private void take(RabbitStreamReading.Item item, Marker marker) {
    identity.read(item.offset(), marker);
    if (identity.isDisputed()
        || identity.best().map(RabbitStreamEpoch::generation).orElse(0L)
            > epoch.orElseThrow().generation()) {
      startOver("Another node has given the stream another name.");
    } else {
      markers.came(item, marker);
    }
  }

  private void markIfFollowing() {
    if (following && markers.isNoneOnItsWay()) {
      connection.ifPresent(
          connected -> {
            var unused = confirm(connected);
          });
    }
  }

  @Override
  public void down(Throwable cause) {
    connection = Optional.empty();
    following = false;
    failAll();
    if (!opened.future().isComplete()) {
      if (cause instanceof BrokerException) {
        opened.fail(cause);
      }
    } else if (!degraded) {
      degraded = true;
      ingress.degraded();
    }
  }

  /** A message may have been taken; who waits for the end of the stream has published nothing. */
  private void failAll() {
    publications.failAll(BrokerConnection.broken());
    markers.fail(BrokerConnection.outOfReach());
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    if (connection.isEmpty() || !following) {
      return Future.failedFuture(BrokerConnection.outOfReach());
    }
    StompBrokerConnection connected = connection.get();
    Message timed = message.time().isPresent() ? message : message.withTime(Instant.now());
    Map<String, String> headers = connected.destinations().send(channel);
    headers.putAll(MessageHeaders.write(timed));
    String id = markers.nextId();
    headers.put(RabbitStreamReading.PUBLICATION, id);
    markers
        .clock()
        .elapsed()
        .ifPresent(elapsed -> headers.put(RabbitStreamClock.ELAPSED, Long.toString(elapsed)));
    Promise<Publication> published = Promise.promise();
    return publishers
        .publish(
            channel,
            sending -> {
              sending.send("SEND", headers, timed.data());
              // It is published once it was read back.
              return publications.await(id, System.nanoTime()).andThen(published).mapEmpty();
            })
        .compose(readBack -> published.future());
  }

  /** {@return completes when everything that was in the stream at this call has been brought} */
  Future<Void> catchUp() {
    return connection
        .filter(connected -> following)
        .map(
            connected ->
                markers
                    .write(connected, markers.hello(), options.confirmTimeout())
                    .<Void>mapEmpty())
        .orElseGet(() -> Future.failedFuture(BrokerConnection.outOfReach()));
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    return Future.succeededFuture(); // The whole stream is brought in any case.
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    vertx.cancelTimer(ticker);
    vertx.cancelTimer(marking);
    connection = Optional.empty();
    following = false;
    opened.tryFail("The broker was closed.");
    failAll();
    return publishers.close();
  }
}

package io.millrace.core;

import io.millrace.Channel;
import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Millrace;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Subscriber;
import io.millrace.Subscription;
import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.broker.Control;
import io.millrace.core.broker.NodeIngress;
import io.millrace.core.broker.Publishing;
import io.millrace.core.broker.Succession;
import io.millrace.core.http.Deciders;
import io.millrace.core.http.Engine;
import io.millrace.core.http.Mount;
import io.millrace.core.http.RevocationExchange;
import io.millrace.core.http.Transports;
import io.millrace.core.log.Archive;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.Log;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.Surveys;
import io.millrace.core.presence.Rooms;
import io.millrace.core.reader.Entrance;
import io.millrace.core.reader.Lease;
import io.millrace.core.reader.Reader;
import io.millrace.core.reader.ReaderLoops;
import io.millrace.core.reader.Shard;
import io.millrace.core.reader.SubscriberReader;
import io.millrace.spi.Broker;
import io.millrace.spi.Ending;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.web.Router;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** A node: assembles the log, its broker, its event loops and its router, and closes them. */
final class MillraceNode implements Millrace {

  private static final Logger LOG = System.getLogger(MillraceNode.class.getName());
  private static final long SWEEP_MILLIS = 1000;

  /** How long it takes to send the clients of a transport away; less if there are only some. */
  private static final Duration SEND_AWAY_WITHIN = Duration.ofSeconds(5);

  private static final Duration SEND_AWAY_EACH = Duration.ofMillis(10);

  /** A client that drains away reconnects after a random part of this time. */
  private static final Duration MOVE_WITHIN = Duration.ofSeconds(1);

  private final VertxInternal vertx;
  private final Broker broker;
  private final ContextInternal context;
  private final Engine engine;
  private final Succession succession;
  private final Control control;
  private final Rooms rooms;
  private final NodeIngress ingress;
  private final Mount mount;
  private final RevocationExchange revocations;
  private final Promise<Void> ready = Promise.promise();
  private final Promise<Void> closed = Promise.promise();
  private final Promise<Void> drained = Promise.promise();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean draining = new AtomicBoolean();

  private long sweeper;

  MillraceNode(
      Vertx vertx,
      MillraceOptions options,
      Broker broker,
      List<Transport> transports,
      Deciders deciders,
      LongSupplier clock) {
    this.vertx = (VertxInternal) vertx;
    this.broker = broker;
    this.context = this.vertx.createEventLoopContext();
    Log log = new Log(options, broker.shared(), clock);
    BrokerSubscriptions brokerSubscriptions =
        new BrokerSubscriptions(broker, log, context, options);
    Optional<Archive> archive =
        broker.log().map(backend -> new Archive(backend, log, options, context, clock));
    ReaderLoops loops = new ReaderLoops(this.vertx, log, archive, brokerSubscriptions, clock);
    this.control = new Control(broker, options, context);
    this.rooms = new Rooms(options, control, log.readers(), context, clock);
    this.engine =
        new Engine(
            options,
            new Transports(transports),
            log,
            brokerSubscriptions,
            new Entrance(brokerSubscriptions, new Surveys(log, context)),
            new Publishing(broker, options, clock, this::isServing),
            loops,
            rooms,
            this::isAccepting);
    this.succession = new Succession(log, loops);
    this.ingress =
        new NodeIngress(
            this.vertx, options, broker, log, brokerSubscriptions, archive, succession, control);
    this.mount = new Mount(engine, deciders, clock);
    this.revocations = new RevocationExchange(mount.enforcement(), control);
  }

  /** Begins to open the broker. */
  void open() {
    // This loads the logging classes before file descriptors can run out.
    LOG.log(Logger.Level.INFO, "Millrace opens the broker {0}", broker.name());
    sweeper = context.setPeriodic(SWEEP_MILLIS, tick -> engine.log().sweep());
    Future<Void> opened;
    try {
      opened = broker.open(ingress);
    } catch (RuntimeException | Error e) {
      opened = Future.failedFuture(e);
    }
    opened
        .onFailure(
            failure ->
                LOG.log(
                    Logger.Level.ERROR,
                    "The broker " + broker.name() + " could not be opened",
                    failure))
        .onSuccess(open -> engine.log().serve())
        .onSuccess(open -> rooms.open())
        .compose(open -> control.open())
        // Unless the node was closed meanwhile.
        .onComplete(open -> ready.tryComplete(), ready::tryFail);
  }

  Broker broker() {
    return broker;
  }

  NodeIngress ingress() {
    return ingress;
  }

  Control control() {
    return control;
  }

  Engine engine() {
    return engine;
  }

  Mount mount() {
    return mount;
  }

  /** Returns whether further clients are accepted. */
  private boolean isAccepting() {
    return isServing() && !draining.get();
  }

  /** Returns whether clients are served. */
  boolean isServing() {
    return ready.future().succeeded() && !closing.get() && succession.isOver();
  }

  @Override
  public Channel channel(String name) {
    return new ChannelHandle(this, ChannelPattern.checkName(name));
  }

  @Override
  public Future<Subscription> subscribe(ChannelPattern pattern, Subscriber subscriber) {
    return subscribe(pattern, ResumeFrom.NOW, subscriber);
  }

  @Override
  public Future<Subscription> subscribe(
      ChannelPattern pattern, Cursor after, Subscriber subscriber) {
    return subscribe(pattern, ResumeFrom.after(after), subscriber);
  }

  private Future<Subscription> subscribe(
      ChannelPattern pattern, ResumeFrom from, Subscriber subscriber) {
    if (closing.get()) {
      return Future.failedFuture(closingNow());
    }
    ContextInternal caller = vertx.getOrCreateContext();
    Shard shard = engine.loops().of(caller.isEventLoopContext() ? caller : context);
    ReaderSubscription wanted = new ReaderSubscription(pattern, EventFilter.ALL);
    Lease lease = engine.entrance().lease(shard, List.of(wanted), from);
    Promise<Subscription> promise = caller.promise();
    shard.run(
        () ->
            lease
                .acquire(0, () -> ready.future().compose(open -> succession.over()))
                .map(held -> begin(held, subscriber))
                .onComplete(promise));
    return promise.future();
  }

  private Subscription begin(Lease lease, Subscriber subscriber) {
    if (closing.get()) {
      lease.close();
      throw closingNow();
    }
    SubscriberReader reader = new SubscriberReader(lease.shard(), subscriber);
    lease.begin(reader);
    return reader;
  }

  private static MillraceException closingNow() {
    return new MillraceException(MillraceException.Code.UNAVAILABLE, "This node is closing.");
  }

  @Override
  public Router router() {
    return mount.router(vertx);
  }

  @Override
  public Future<Void> ready() {
    return ready.future();
  }

  @Override
  public Counts counts() {
    return new Counts(
        engine.log().channelCount(),
        engine.loops().readerCount(),
        engine.log().subscriptionCount(),
        engine.brokerSubscriptions().size(),
        engine.loops().timerCount(),
        engine.log().heldBytes() + engine.publishing().keyBytes(),
        engine.log().readers().taken());
  }

  @Override
  public void enableTransport(String name, boolean enabled) {
    if (engine.transports().enable(name, enabled)) {
      Duration each = SEND_AWAY_EACH.multipliedBy(engine.loops().readerCount());
      Duration window = each.compareTo(SEND_AWAY_WITHIN) < 0 ? each : SEND_AWAY_WITHIN;
      engine.loops().depart(reader -> switchedOff(reader, name), window);
    }
  }

  /** It may be on again before it is this reader's turn. */
  private Optional<Ending> switchedOff(Reader reader, String transport) {
    return reader
        .transport()
        .filter(name -> name.equals(transport) && engine.transports().isOff(name))
        .map(carried -> Ending.TRANSPORT_OFF);
  }

  @Override
  public Future<Void> disconnect(String user) {
    return revocations.disconnect(user);
  }

  @Override
  public Future<Void> revoke(String user, ChannelPattern pattern) {
    return revocations.revoke(user, pattern);
  }

  @Override
  public Future<Void> reauthorize(String user) {
    return revocations.reauthorize(user);
  }

  @Override
  public Future<Void> drain(Duration window) {
    if (window.isNegative()) {
      throw new IllegalArgumentException("A node cannot be drained in less than no time.");
    }
    if (draining.compareAndSet(false, true)) {
      engine
          .loops()
          .depart(
              reader -> reader.transport().map(carried -> ReaderLoops.goingAway(MOVE_WITHIN)),
              window)
          .onComplete(drained);
    }
    return drained.future();
  }

  @Override
  public Future<Void> close() {
    if (closing.compareAndSet(false, true)) {
      vertx.cancelTimer(sweeper);
      ready.tryFail(closingNow());
      succession.close(closingNow());
      Duration window = engine.options().drainWindow();
      engine
          .loops()
          .compute(
              shard -> {
                shard.end(reader -> Optional.of(ReaderLoops.goingAway(window)));
                return shard;
              })
          .transform(
              ended -> {
                engine.brokerSubscriptions().close();
                return rooms.close();
              })
          .compose(
              told -> {
                control.close();
                return broker.close();
              })
          .onComplete(closed);
    }
    return closed.future();
  }
}

package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.Footprint;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPositions;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.Lease;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Signal;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Carries out what a client sends on its connection, one command after the other. A fault in one is
 * answered with an error, and the connection stays. Owned by the reader's event loop.
 */
final class Commands {

  private static final Logger LOG = System.getLogger(Commands.class.getName());

  /** How many publishes may wait for the broker before the next command is read. */
  private static final int MOST_PENDING = 16;

  private static final int MOST_ID_CHARACTERS = 64;

  /** How many bytes of a frame cost as much to read as a small command. */
  private static final int BYTES_PER_COMMAND = 32 << 10;

  /** How many names are as much work as a small command. A single pattern is as much. */
  private static final int NAMES_PER_COMMAND = 10;

  /** How many replayed messages are as much work as a small command. */
  private static final int REPLAYED_PER_COMMAND = 100;

  private final Engine engine;
  private final Access.Client client;
  private final LastingReader reader;
  private final Shard shard;
  private final RateLimit commandRate;
  private final RateLimit publishRate;
  private boolean subscribed;
  private int pending;

  /** The names and patterns that were unsubscribed, the oldest first. */
  private final Set<ChannelPattern> lingering = new LinkedHashSet<>(1);

  /** Completes when what was received has been carried out, so that the next frame may be. */
  private Future<Void> last = Future.succeededFuture();

  /** What a subscribe command is acquiring. */
  private Optional<Lease> acquiring = Optional.empty();

  /** What continues once fewer publishes are pending. */
  private Runnable relieved = () -> {};

  Commands(Engine engine, Access.Client client, LastingReader reader) {
    this.engine = engine;
    this.client = client;
    this.reader = reader;
    this.shard = reader.shard;
    this.commandRate = new RateLimit(engine.options().commandsPerSecond());
    this.publishRate = new RateLimit(engine.options().publishesPerSecond());
  }

  /**
   * Takes a frame.
   *
   * @return completes when the next frame may be given
   */
  Future<Void> receive(Buffer json) {
    Iterator<JsonFields> commands = read(json);
    commandRate.count(
        shard.now(), json.length() / BYTES_PER_COMMAND + (commands.hasNext() ? 0 : 1));
    // Not a chain of futures, whose last one would keep the frame until the next one comes.
    Promise<Void> carriedOut = Promise.promise();
    last.onComplete(before -> carryOut(commands, carriedOut));
    last = carriedOut.future();
    return last;
  }

  private Iterator<JsonFields> read(Buffer json) {
    try {
      return JsonFields.objects(json);
    } catch (MillraceException e) {
      fail(Optional.empty(), e);
      return Collections.emptyIterator();
    }
  }

  // A loop and not a chain of futures, because a client may send many thousand commands in one
  // frame.
  private void carryOut(Iterator<JsonFields> commands, Promise<Void> carriedOut) {
    while (!reader.isEnded()) {
      if (pending >= MOST_PENDING) {
        relieved = () -> carryOut(commands, carriedOut);
        return;
      }
      // Even if nothing is left: a frame without a command is work, too.
      long wait = commandRate.waitMillis(shard.now());
      if (wait > 0) {
        shard.context().setTimer(wait, waited -> carryOut(commands, carriedOut));
        return;
      }
      if (!commands.hasNext()) {
        break;
      }
      commandRate.count(shard.now());
      Future<Void> next = carryOut(commands.next());
      if (!next.isComplete()) {
        next.onComplete(done -> carryOut(commands, carriedOut));
        return;
      }
    }
    carriedOut.complete();
  }

  /**
   * Carries out one command. The future never fails; it completes when the next may be carried out.
   */
  private Future<Void> carryOut(JsonFields command) {
    Optional<String> id = Optional.empty();
    try {
      String type = command.string("type").orElseThrow(() -> bad("type is required."));
      if (type.equals("ping")) {
        shard.guard(reader, reader::heartbeat);
        return Future.succeededFuture();
      }
      String text = id(command);
      id = Optional.of(text);
      return switch (type) {
        case "subscribe" -> answered(text, subscribe(text, command));
        case "unsubscribe" -> answered(text, unsubscribe(text, command));
        case "publish" -> answered(text, publish(text, command));
        case "auth" -> throw bad("This server accepts no tokens on a connection.");
        default ->
            throw bad(
                "Unknown type \""
                    + type
                    + "\": it must be subscribe, unsubscribe, publish, auth or ping.");
      };
    } catch (RuntimeException | Error e) {
      // Whatever it is, the next command must not wait for it.
      if (!(e instanceof MillraceException)) {
        LOG.log(Logger.Level.ERROR, "A command failed", e);
      }
      fail(id, e);
      return Future.succeededFuture();
    }
  }

  private Future<Void> answered(String id, Future<Void> done) {
    Promise<Void> next = Promise.promise();
    shard.handle(
        done,
        result -> {
          if (result.failed()) {
            fail(Optional.of(id), result.cause());
          }
          next.complete();
        });
    return next.future();
  }

  private static String id(JsonFields command) {
    String id = command.raw("id").orElseThrow(() -> bad("id is required: an integer or a string."));
    if (id.startsWith("\"")) {
      if (command.string("id").orElse("").length() > MOST_ID_CHARACTERS) {
        throw bad("id may have at most " + MOST_ID_CHARACTERS + " characters.");
      }
    } else {
      command.integer("id");
    }
    return id;
  }

  private Future<Void> subscribe(String id, JsonFields command) {
    List<ChannelPattern> patterns = channels(command);
    EventFilter filter = AttachRequest.filter(AttachRequest.events(command));
    ResumeFrom start = AttachRequest.start(command);
    int replayed = Math.min(StartPositions.MOST_REPLAYED, start.last() * patterns.size());
    commandRate.count(shard.now(), replayed / REPLAYED_PER_COMMAND);
    Map<ChannelPattern, ReadPosition> held = new HashMap<>();
    reader.held().forEach(position -> held.put(position.pattern(), position));
    List<ReaderSubscription> added = new ArrayList<>();
    List<ReadPosition> changed = new ArrayList<>();
    for (ChannelPattern pattern : patterns) {
      ReadPosition known = held.get(pattern);
      if (known == null) {
        added.add(new ReaderSubscription(pattern, filter));
      } else if (!known.filter().equals(filter)) {
        changed.add(known);
      }
    }
    if (held.size() + added.size() > engine.options().maxChannels()) {
      throw AttachRequest.tooMany(engine.options().maxChannels());
    }
    // It may be that no other client has any of these subscriptions.
    long bytes =
        Footprint.audience(held.keySet())
            + Footprint.own(ReaderSubscription.patterns(added), filter)
            + Footprint.replays(patterns, start.last());
    if (!added.isEmpty()) {
      Lease lease = engine.entrance().lease(shard, added, start);
      return add(id, lease, lease.acquire(bytes, () -> client.subscribe(patterns)))
          .onSuccess(done -> refilter(changed, filter));
    }
    Runnable reserved = engine.log().readers().reserve(changed.isEmpty() ? 0 : bytes);
    refilter(changed, filter);
    reserved.run();
    tell(new Signal.Done(id, reader.place()));
    return Future.succeededFuture();
  }

  private Future<Void> add(String id, Lease lease, Future<Lease> acquired) {
    acquiring = Optional.of(lease);
    return acquired
        .onComplete(done -> acquiring = Optional.empty())
        .map(
            held -> {
              held.add(reader, id, !subscribed && reader.positions().isEmpty());
              subscribed = true;
              return null;
            });
  }

  private void refilter(List<ReadPosition> changed, EventFilter filter) {
    if (!reader.isEnded()) {
      changed.forEach(position -> reader.refilter(position, filter));
    }
  }

  private Future<Void> unsubscribe(String id, JsonFields command) {
    List<ChannelPattern> patterns = channels(command);
    // It may be that no other client has what is left, too.
    Runnable reserved =
        engine.log().readers().reserve(reader.isAlone() ? 0 : audienceWithout(patterns));
    Collection<ReadPosition> left = reader.unsubscribe(patterns);
    reserved.run();
    shard.release(left);
    if (engine.brokerSubscriptions().areSelective()) {
      left.forEach(position -> linger(position.pattern()));
    }
    tell(new Signal.Done(id, reader.place()));
    return Future.succeededFuture();
  }

  private long audienceWithout(Collection<ChannelPattern> patterns) {
    List<ChannelPattern> others = ReadPosition.patterns(reader.positions());
    others.removeAll(patterns);
    return others.isEmpty() ? 0 : Footprint.audience(others);
  }

  /**
   * What a client has unsubscribed lingers in case it subscribes again, but no more than it may
   * hold.
   */
  private void linger(ChannelPattern pattern) {
    if (!lingering.remove(pattern)) {
      engine.log().readers().add(Footprint.left(pattern));
    }
    lingering.add(pattern);
    if (lingering.size() > engine.options().maxChannels()) {
      ChannelPattern oldest = lingering.iterator().next();
      forget(oldest);
      engine.brokerSubscriptions().giveUp(oldest);
    }
  }

  private void forget(ChannelPattern left) {
    lingering.remove(left);
    engine.log().readers().add(-Footprint.left(left));
  }

  /** The reader has ended. */
  void close() {
    acquiring.ifPresent(Lease::close);
    List.copyOf(lingering).forEach(this::forget);
  }

  private List<ChannelPattern> channels(JsonFields command) {
    int most = engine.options().maxChannels();
    List<ChannelPattern> patterns =
        AttachRequest.patterns(AttachRequest.channels(command, most), most);
    if (patterns.isEmpty()) {
      throw bad("channels is required: an array of one or more channels.");
    }
    int names = (int) patterns.stream().filter(ChannelPattern::isName).count();
    commandRate.count(shard.now(), names / NAMES_PER_COMMAND + patterns.size() - names);
    return patterns;
  }

  private Future<Void> publish(String id, JsonFields command) {
    PublishRequest request = PublishRequest.of(command);
    if (publishRate.waitMillis(shard.now()) > 0) {
      throw new MillraceException(
          MillraceException.Code.RATE_LIMITED,
          "A connection may publish "
              + engine.options().publishesPerSecond()
              + " messages in a second.");
    }
    client.countPublish();
    publishRate.count(shard.now());
    Promise<Void> given = Promise.promise();
    shard.handle(
        client.publish(request.channel()),
        granted -> {
          if (granted.succeeded()) {
            give(id, request);
          }
          given.handle(granted);
        });
    return given.future();
  }

  private void give(String id, PublishRequest request) {
    pending++;
    Future<Publication> published =
        engine
            .publishing()
            .publish(client.scope(), request.channel().toString(), request.message());
    shard.handle(published, result -> published(id, result));
  }

  private void published(String id, AsyncResult<Publication> result) {
    pending--;
    if (result.succeeded()) {
      tell(new Signal.Published(id, result.result().name()));
    } else {
      fail(Optional.of(id), result.cause());
    }
    if (pending < MOST_PENDING) {
      Runnable goesOn = relieved;
      relieved = () -> {};
      goesOn.run();
    }
  }

  private void tell(Signal signal) {
    shard.guard(reader, () -> reader.tell(signal));
  }

  private void fail(Optional<String> id, Throwable cause) {
    MillraceException known =
        cause instanceof MillraceException e
            ? e
            : new MillraceException(MillraceException.Code.INTERNAL, "The server failed.", cause);
    tell(new Signal.Failed(id, known.code(), String.valueOf(known.getMessage())));
  }

  private static MillraceException bad(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}

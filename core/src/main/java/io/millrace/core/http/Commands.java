package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.Footprint;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.StartPositions;
import io.millrace.core.presence.Attendee;
import io.millrace.core.presence.Wish;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.Lease;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Ending;
import io.millrace.spi.Signal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Carries out what a client sends on its connection, one command after the other. A fault in one is
 * answered with an error, and the connection stays. Owned by the reader's event loop.
 */
final class Commands {

  private static final Logger LOG = System.getLogger(Commands.class.getName());

  /** How many bytes of a frame cost as much to read as a small command. */
  private static final int BYTES_PER_COMMAND = 32 << 10;

  /** How many names are as much work as a small command. A single pattern is as much. */
  private static final int NAMES_PER_COMMAND = 10;

  /** How many commands a token counts as, because the application must check it. */
  private static final int COMMANDS_PER_TOKEN = 9;

  /** How many replayed messages are as much work as a small command. */
  private static final int REPLAYED_PER_COMMAND = 100;

  private final Engine engine;
  private final Identity identity;
  private final Rights rights;
  private final LastingReader reader;
  private final Optional<Attendee> attendee;
  private final Shard shard;
  private final RateLimit commandRate;
  private final PublishCommands publishes;
  private final Lingering lingering;
  private boolean subscribed;

  /** Completes when what was received has been carried out, so that the next frame may be. */
  private Future<Void> last = Future.succeededFuture();

  /** What a subscribe command is acquiring. */
  private Optional<Lease> acquiring = Optional.empty();

  Commands(
      Engine engine,
      Identity identity,
      Rights rights,
      Quotas quotas,
      LastingReader reader,
      Optional<Attendee> attendee) {
    this.engine = engine;
    this.identity = identity;
    this.rights = rights;
    this.reader = reader;
    this.attendee = attendee;
    this.lingering = new Lingering(engine);
    this.shard = reader.shard;
    this.commandRate = new RateLimit(engine.options().commandsPerSecond());
    this.publishes = new PublishCommands(engine, rights, quotas, shard, this::tell, this::fail);
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
      if (publishes.areTooMany()) {
        publishes.whenFewer(() -> carryOut(commands, carriedOut));
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
      String text = CommandId.of(command);
      id = Optional.of(text);
      return switch (type) {
        case "subscribe" -> answered(text, subscribe(text, command));
        case "unsubscribe" -> answered(text, unsubscribe(text, command));
        case "publish" -> answered(text, publishes.publish(text, command));
        case "auth" -> answered(text, authenticate(text, command));
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

  private Future<Void> subscribe(String id, JsonFields command) {
    List<ChannelPattern> patterns = channels(command);
    EventFilter filter = AttachRequest.filter(AttachRequest.events(command));
    ResumeFrom start = AttachRequest.start(command);
    Wish presence = AttachRequest.presence(command);
    presence.check(patterns);
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
    requireFewer(held.size() + added.size());
    // It may be that no other client has any of these subscriptions.
    long bytes =
        Footprint.audience(held.keySet())
            + Footprint.own(ReaderSubscription.patterns(added), filter)
            + Footprint.replays(patterns, start.last());
    boolean tells = presence.isAny() || !added.isEmpty();
    long told = tells ? engine.rooms().bytes(patterns, presence) : 0;
    if (!added.isEmpty()) {
      Lease lease = engine.entrance().lease(shard, added, start);
      boolean old = start.last() > 0 && start.cursor().isEmpty();
      return add(id, lease, bytes + told, () -> rights.subscribe(patterns, old, presence))
          .onSuccess(done -> refilter(changed, filter))
          .onSuccess(done -> attend(patterns, presence));
    }
    long more = told + (changed.isEmpty() ? 0 : bytes);
    Runnable reserved = engine.log().readers().reserve(more);
    return again(id, patterns, changed, filter, presence).onComplete(decided -> reserved.run());
  }

  private void requireFewer(int channels) {
    if (channels > engine.options().maxChannels()) {
      throw AttachRequest.tooMany(engine.options().maxChannels());
    }
  }

  /** Subscribes to what is subscribed already: perhaps to other events, or to who is present. */
  private Future<Void> again(
      String id,
      List<ChannelPattern> patterns,
      List<ReadPosition> changed,
      EventFilter filter,
      Wish presence) {
    long version = rights.version();
    return rights
        .subscribe(patterns, false, presence)
        .map(
            granted -> {
              requireUnchanged(version);
              refilter(changed, filter);
              attend(patterns, presence);
              tell(new Signal.Done(id, reader.place()));
              return null;
            });
  }

  private void attend(List<ChannelPattern> patterns, Wish presence) {
    if (!reader.isEnded()) {
      attendee.ifPresent(it -> it.subscribed(patterns, presence));
    }
  }

  /** What was granted may have been taken away since. */
  private void requireUnchanged(long version) {
    if (version != rights.version()) {
      throw Access.changed();
    }
  }

  private Future<Void> add(String id, Lease lease, long bytes, Supplier<Future<Void>> permission) {
    acquiring = Optional.of(lease);
    long version = rights.version();
    return lease
        .acquire(bytes, permission)
        .onComplete(done -> acquiring = Optional.empty())
        .map(
            held -> {
              try {
                requireUnchanged(version);
              } catch (MillraceException changed) {
                held.close();
                throw changed;
              }
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
    attendee.ifPresent(it -> it.unsubscribed(patterns));
    if (engine.brokerSubscriptions().areSelective()) {
      left.forEach(position -> lingering.add(position.pattern()));
    }
    tell(new Signal.Done(id, reader.place()));
    return Future.succeededFuture();
  }

  private long audienceWithout(Collection<ChannelPattern> patterns) {
    List<ChannelPattern> others = ReadPosition.patterns(reader.positions());
    others.removeAll(patterns);
    return others.isEmpty() ? 0 : Footprint.audience(others);
  }

  /** The reader has ended. */
  void close() {
    acquiring.ifPresent(Lease::close);
    lingering.close();
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

  /** Takes a new token before the present one expires. */
  private Future<Void> authenticate(String id, JsonFields command) {
    String token = command.string("token").orElseThrow(() -> bad("token is required."));
    commandRate.count(shard.now(), COMMANDS_PER_TOKEN);
    return identity
        .of(token, rights.client(), rights.trail(), shard.context().owner())
        .map(
            client -> {
              renew(client);
              tell(new Signal.Authenticated(id, client.expires()));
              return null;
            });
  }

  private void renew(Client client) {
    if (reader.isEnded()) {
      return;
    }
    rights.renew(client);
    shard.guard(reader, () -> reader.renew(client));
    attendee.ifPresent(it -> it.identified(client));
    List<ChannelPattern> held = ReadPosition.patterns(reader.held());
    shard.handle(
        rights.subscribe(held, false).compose(may -> rights.presence(reader.watched())),
        granted -> {
          if (granted.failed()) {
            reader.end(Ending.REVOKED);
          }
        });
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

package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Decision;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.reader.Reader;
import io.millrace.core.reader.ReaderLoops;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Ending;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Takes permissions away on this node: it remembers that, and ends what reads something that it may
 * not read any longer. Safe on any thread.
 */
public final class Enforcement {

  private final Revocations revocations;
  private final Access access;
  private final ReaderLoops loops;
  private final Audit audit;

  Enforcement(Revocations revocations, Access access, ReaderLoops loops, Audit audit) {
    this.revocations = revocations;
    this.access = access;
    this.loops = loops;
    this.audit = audit;
  }

  /** Returns all changes that still matter, as far as they are remembered. */
  List<Revocations.Change> remembered() {
    return revocations.all();
  }

  /** Returns the time of a change that happens now. */
  Instant timeOfNext(String user) {
    return revocations.timeOfNext(user);
  }

  /** Carries out what the application orders here. */
  void order(Revocations.Change change) {
    Trail trail = audit.of(Optional.empty());
    if (!trail.isNone()) {
      Client whose = Client.of(change.user());
      trail.decided(kind(change), whose, change.pattern(), Optional.empty());
    }
    carryOut(List.of(change));
  }

  private static Decision.Kind kind(Revocations.Change change) {
    return Decision.Kind.valueOf(change.kind().name());
  }

  /** A reader ends because of a change. */
  private void noteEnd(Reader reader, Revocations.Change change, Throwable why) {
    audit
        .of(reader.address())
        .decided(kind(change), reader.client(), change.pattern(), Optional.of(why));
  }

  /** Carries out changes, except those that are known already. */
  void carryOut(List<Revocations.Change> changes) {
    Map<String, List<Revocations.Change>> news = new TreeMap<>();
    for (Revocations.Change change : changes) {
      if (revocations.take(change)) {
        news.computeIfAbsent(change.user(), user -> new ArrayList<>(1)).add(change);
      }
    }
    if (news.isEmpty()) {
      return;
    }
    for (Shard shard : loops.all()) {
      shard.run(() -> shard.end(reader -> ending(reader, news)));
    }
  }

  private Optional<Ending> ending(Reader reader, Map<String, List<Revocations.Change>> news) {
    Optional<Ending> ending = Optional.empty();
    if (reader.client().user().isPresent()) {
      for (Revocations.Change change : news.getOrDefault(reader.client().user().get(), List.of())) {
        ending = ending.or(() -> ending(reader, change));
      }
    }
    return ending;
  }

  private Optional<Ending> ending(Reader reader, Revocations.Change change) {
    boolean ends =
        switch (change.kind()) {
          case DISCONNECT -> revocations.isDisconnected(reader.client());
          case REVOKE ->
              reader.held().stream()
                  .anyMatch(held -> revocations.isRevoked(reader.client(), held.pattern()));
          case REAUTHORIZE -> {
            askAgain(reader, change);
            yield false;
          }
        };
    if (!ends) {
      return Optional.empty();
    }
    noteEnd(reader, change, Revocations.disconnected());
    return Optional.of(
        change.kind() == Revocations.Kind.DISCONNECT ? Ending.DISCONNECTED : Ending.REVOKED);
  }

  private void askAgain(Reader reader, Revocations.Change change) {
    Shard shard = reader.shard;
    Trail trail = audit.of(reader.address());
    Vertx vertx = shard.context().owner();
    List<ChannelPattern> held = ReadPosition.patterns(reader.held());
    shard.handle(
        access
            .subscribe(reader.client(), held, false, trail, vertx)
            .compose(may -> access.presence(reader.client(), reader.watched(), trail, vertx)),
        granted -> {
          if (granted.failed() && !reader.isEnded()) {
            noteEnd(reader, change, granted.cause());
            shard.guard(reader, () -> reader.end(Ending.REVOKED));
          }
        });
  }
}

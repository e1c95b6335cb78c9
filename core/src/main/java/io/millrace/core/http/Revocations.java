package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.internal.BoundedMap;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was taken away from users. It counts for credentials that were issued before, and is
 * remembered for as long as such credentials may be in use. Safe on any thread.
 */
final class Revocations {

  /** How many users are remembered; then those whose permissions changed first are forgotten. */
  static final int MOST_USERS = 100_000;

  /** How many patterns are remembered of a user; with more, everything is taken away. */
  static final int MOST_PATTERNS = 100;

  private static final ChannelPattern EVERYTHING = ChannelPattern.of("**");

  /** What can change. */
  enum Kind {
    /** All connections end. */
    DISCONNECT,
    /** What a pattern matches may not be read any longer. */
    REVOKE,
    /** The authorizer would decide otherwise than before. */
    REAUTHORIZE
  }

  /**
   * A change.
   *
   * @param user whose permissions change
   * @param kind what changes
   * @param pattern what is revoked
   * @param at since when
   */
  record Change(String user, Kind kind, Optional<ChannelPattern> pattern, Instant at) {
    Change {
      if (Client.of(user).user().isEmpty() || (kind == Kind.REVOKE) != pattern.isPresent()) {
        throw new IllegalArgumentException("A pattern is revoked, and only that.");
      }
    }
  }

  /**
   * What is known of a user.
   *
   * @param changes what counts, the oldest first
   * @param latest when the last one was
   * @param version another one for each change
   */
  private record Known(List<Change> changes, Instant latest, long version) {
    static final Known NOTHING = new Known(List.of(), Instant.MIN, 0);
  }

  private final MillraceOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final BoundedMap<String, Known> byUser = new BoundedMap<>(() -> MOST_USERS);
  private long versions;

  /** Lets most requests pass without the lock. */
  private volatile boolean some;

  Revocations(MillraceOptions options) {
    this.options = options;
  }

  /** Returns the time of a change that happens now: later than all that is known of the user. */
  Instant timeOfNext(String user) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    lock.lock();
    try {
      Instant latest = known(user).latest;
      return now.isAfter(latest) ? now : latest.plusMillis(1);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a change. Returns false if it was known already. */
  boolean take(Change change) {
    lock.lock();
    try {
      Known known = known(change.user());
      if (known.changes.stream().anyMatch(before -> includes(before, change))) {
        return false;
      }
      forgetOld();
      Instant latest = known.latest.isAfter(change.at) ? known.latest : change.at;
      byUser.remove(change.user()); // It is the newest now.
      byUser.put(change.user(), new Known(with(known.changes, change), latest, ++versions));
      some = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns all changes that still matter, the oldest first for each user. */
  List<Change> all() {
    lock.lock();
    try {
      forgetOld();
      List<Change> all = new ArrayList<>();
      byUser.forEach(known -> all.addAll(known.changes));
      return all;
    } finally {
      lock.unlock();
    }
  }

  private void forgetOld() {
    Instant oldest = Instant.now().minus(options.revocationLifetime());
    byUser.forgetOldest(known -> known.latest.isBefore(oldest));
  }

  /** Returns whether a change says nothing new after another one. */
  private static boolean includes(Change before, Change change) {
    return before.kind == change.kind
        && !before.at.isBefore(change.at)
        && covers(before.pattern, change.pattern);
  }

  private static boolean covers(Optional<ChannelPattern> wider, Optional<ChannelPattern> narrower) {
    return wider.isEmpty() || wider.get().covers(narrower.orElseThrow());
  }

  private static List<Change> with(List<Change> before, Change change) {
    List<Change> all = new ArrayList<>();
    for (Change known : before) {
      if (!includes(change, known)) {
        all.add(known);
      }
    }
    all.add(change);
    if (all.stream().filter(known -> known.kind == Kind.REVOKE).count() > MOST_PATTERNS) {
      Instant latest = change.at;
      for (Change known : all) {
        latest = known.at.isAfter(latest) ? known.at : latest;
      }
      all.removeIf(known -> known.kind == Kind.REVOKE);
      all.add(new Change(change.user, Kind.REVOKE, Optional.of(EVERYTHING), latest));
    }
    return List.copyOf(all);
  }

  /** Returns whether a client's credentials were issued before its user was disconnected. */
  boolean isDisconnected(Client client) {
    for (Change change : known(client).changes) {
      if (change.kind == Kind.DISCONNECT && counts(change, client)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether something that a pattern matches was taken away from a client. */
  boolean isRevoked(Client client, ChannelPattern pattern) {
    for (Change change : known(client).changes) {
      if (change.kind == Kind.REVOKE
          && counts(change, client)
          && change.pattern.orElseThrow().overlaps(pattern)) {
        return true;
      }
    }
    return false;
  }

  private static boolean counts(Change change, Client client) {
    return !change.at.isBefore(client.issued());
  }

  /** Returns a number that changes whenever something is taken away from a client's user. */
  long version(Client client) {
    return known(client).version;
  }

  private Known known(Client client) {
    if (!some || client.user().isEmpty()) {
      return Known.NOTHING;
    }
    lock.lock();
    try {
      return known(client.user().get());
    } finally {
      lock.unlock();
    }
  }

  private Known known(String user) {
    Known known = byUser.get(user);
    return known == null ? Known.NOTHING : known;
  }

  static MillraceException disconnected() {
    return new MillraceException(
        MillraceException.Code.FORBIDDEN, "The application has disconnected this user.");
  }
}

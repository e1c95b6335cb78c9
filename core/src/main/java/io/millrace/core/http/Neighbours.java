package io.millrace.core.http;

import io.millrace.MillraceOptions;
import io.millrace.internal.HeapShares;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Limits clients of which no user is known, without refusing one for what another one does behind
 * the same address. Over HTTP, only its client id tells such a client apart. Whoever has been seen
 * with its id has limits of its own. All newcomers of an address share a limit, and so do all that
 * say no id. A client can make up ids, but each of them must first pass as a newcomer, and only so
 * many are remembered. Safe on any thread.
 */
final class Neighbours {

  /**
   * A client that is remembered: the Known 32 with three RateLimits 24 each, the Id 24, its place
   * in a map 48; the texts of an address and of a long id.
   */
  static final int BYTES = 400;

  /** How many clients are remembered at most. */
  private static final int MOST_KNOWN = 50_000;

  /** How many clients of one address are remembered; further ones share its limit. */
  static final int MOST_AT_ADDRESS = 2000;

  /** For how long a client is remembered that does nothing: longer than polls are apart. */
  static final long MEMORY_MILLIS = 60_000;

  /** What is limited. */
  enum Deed {
    ATTACH,
    PUBLISH,
    /** A request to publish, for which the application is asked who sends it: as for an attach. */
    ASK
  }

  private record Id(String network, String client) {}

  private static final class Known {
    private final RateLimit attaches;
    private final RateLimit publishes;
    private final RateLimit asks;
    private long latest;

    Known(MillraceOptions options) {
      attaches = new RateLimit(options.attachesPerSecond());
      publishes = new RateLimit(options.publishesPerSecond());
      asks = new RateLimit(options.attachesPerSecond());
    }

    boolean take(Deed deed, long now) {
      latest = now;
      RateLimit limit =
          switch (deed) {
            case ATTACH -> attaches;
            case PUBLISH -> publishes;
            case ASK -> asks;
          };
      return limit.take(now) == 0;
    }
  }

  private final MillraceOptions options;
  private final LongSupplier clock;
  private final Rates attaches;
  private final Rates publishes;
  private final Rates asks;
  private final ReentrantLock lock = new ReentrantLock();

  /** The one that did nothing for longest first. */
  private final Map<Id, Known> known = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<String, Integer> knownAt = new HashMap<>();

  /** How many clients are remembered: three quarters of the room are for them. */
  static int mostKnown() {
    return (int) Math.min(MOST_KNOWN, HeapShares.here().limitBytes() / 4 * 3 / BYTES);
  }

  Neighbours(MillraceOptions options, LongSupplier clock) {
    this.options = options;
    this.clock = clock;
    this.attaches = new Rates(options.attachesPerSecondPerAddress(), clock);
    this.publishes = new Rates(options.publishesPerSecondPerAddress(), clock);
    this.asks = new Rates(options.attachesPerSecondPerAddress(), clock);
  }

  /**
   * Counts what a client does, if it is allowed now. Returns whether it was.
   *
   * @param network the address, see {@link Requester#network}
   * @param client its id, if it says one
   */
  boolean take(Deed deed, String network, Optional<String> client) {
    Rates shared = shared(deed);
    if (client.isEmpty()) {
      return shared.take(network);
    }
    Id id = new Id(network, client.get());
    lock.lock();
    try {
      long now = clock.getAsLong();
      Known before = known.get(id);
      if (before != null) {
        return before.take(deed, now);
      }
      boolean allowed = shared.take("new at " + network);
      if (allowed && hasRoom(network, now)) {
        Known added = new Known(options);
        known.put(id, added);
        knownAt.merge(network, 1, Integer::sum);
        added.take(deed, now);
      }
      return allowed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts one less, because it was a user who did it. A client with an id has limits of its own,
   * and so needs nothing back.
   */
  void giveBack(Deed deed, String network, Optional<String> client) {
    if (client.isEmpty()) {
      shared(deed).giveBack(network);
    }
  }

  private Rates shared(Deed deed) {
    return switch (deed) {
      case ATTACH -> attaches;
      case PUBLISH -> publishes;
      case ASK -> asks;
    };
  }

  private boolean hasRoom(String network, long now) {
    Iterator<Map.Entry<Id, Known>> oldest = known.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Id, Known> next = oldest.next();
      if (now - next.getValue().latest < MEMORY_MILLIS) {
        break;
      }
      oldest.remove();
      knownAt.computeIfPresent(next.getKey().network, (at, count) -> count > 1 ? count - 1 : null);
    }
    return known.size() < mostKnown() && knownAt.getOrDefault(network, 0) < MOST_AT_ADDRESS;
  }

  /** Returns how many clients are remembered. */
  int size() {
    lock.lock();
    try {
      return known.size();
    } finally {
      lock.unlock();
    }
  }
}

package io.millrace.core.reader;

import io.millrace.core.log.Allowance;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.LogEntry;
import io.millrace.core.log.PatternTree;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.spi.Framing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The audiences of one shard, found by channel. Owned by the event loop. */
final class Audiences {

  /**
   * How much is cached: 10,000 channels with one audience each, or fewer channels with more
   * audiences.
   */
  static final int MOST_CACHED = 200_000;

  /**
   * What a channel and each of its routes count there: about the heap that they take, in slots of
   * an array.
   */
  private static final int CHANNEL_COST = 16;

  private static final int ROUTE_COST = 4;

  /** An audience that gets the messages of a channel, except the events that it filters out. */
  record Route(Audience audience, List<EventFilter> filters) {

    boolean accepts(LogEntry entry) {
      for (EventFilter filter : filters) {
        if (filter.accepts(entry.message())) {
          return true;
        }
      }
      return false;
    }
  }

  private final Shard shard;
  private final Map<Audience.Key, Audience> audiences = new HashMap<>();
  private final Map<String, List<Route>> byName = new HashMap<>();
  private final PatternTree<Route> byPattern = new PatternTree<>();

  /** The routes by channel, cached only while patterns are in use. */
  private final Map<String, Collection<Route>> cached = new HashMap<>();

  private int cachedCost;

  Audiences(Shard shard) {
    this.shard = shard;
  }

  /** Finds the audience that a reader belongs to, and counts the reader. */
  Audience enter(Framing framing, List<ReadPosition> positions) {
    shard.assertHere();
    Audience audience =
        audiences.computeIfAbsent(
            Audience.Key.of(framing, subscriptions(positions)),
            key -> created(new Audience(shard, key)));
    audience.readers++;
    audience.alike.readers++;
    return audience;
  }

  private static Set<ReaderSubscription> subscriptions(List<ReadPosition> positions) {
    if (positions.size() == 1) {
      return Set.of(positions.get(0).subscription());
    }
    Set<ReaderSubscription> subscriptions = new HashSet<>();
    positions.forEach(position -> subscriptions.add(position.subscription()));
    return subscriptions;
  }

  private Audience created(Audience audience) {
    Allowance room = shard.log().readers();
    room.add(audience.footprint);
    for (ReaderSubscription subscription : audience.key.subscriptions()) {
      subscription.filter().hold(room);
      Route route = new Route(audience, List.of(subscription.filter()));
      if (subscription.pattern().isName()) {
        byName
            .computeIfAbsent(subscription.pattern().toString(), name -> new ArrayList<>(1))
            .add(route);
      } else {
        byPattern.add(subscription.pattern(), route);
      }
    }
    forgetRoutes();
    return audience;
  }

  /** Uncounts a reader; an audience without readers is removed. */
  void exit(Audience audience) {
    shard.assertHere();
    if (--audience.alike.readers == 0) {
      shard.loop().forget(audience.key);
    }
    if (--audience.readers > 0) {
      return;
    }
    audiences.remove(audience.key);
    Allowance room = shard.log().readers();
    room.add(-audience.footprint);
    for (ReaderSubscription subscription : audience.key.subscriptions()) {
      subscription.filter().letGo(room);
      Route route = new Route(audience, List.of(subscription.filter()));
      if (subscription.pattern().isName()) {
        String name = subscription.pattern().toString();
        List<Route> routes = byName.getOrDefault(name, List.of());
        routes.remove(route);
        if (routes.isEmpty()) {
          byName.remove(name);
        }
      } else {
        byPattern.remove(subscription.pattern(), route);
      }
    }
    forgetRoutes();
  }

  Collection<Audience> all() {
    return audiences.values();
  }

  /** Returns the routes of a channel, one for each audience. */
  Collection<Route> routes(LogEntry entry) {
    if (byPattern.isEmpty()) {
      return byName.getOrDefault(entry.channel(), List.of());
    }
    Collection<Route> known = cached.get(entry.channel());
    return known != null ? known : keep(entry.channel(), merged(entry));
  }

  private Collection<Route> keep(String channel, Collection<Route> routes) {
    int cost = CHANNEL_COST + ROUTE_COST * routes.size();
    if (cachedCost + cost > MOST_CACHED) {
      forgetRoutes();
    }
    if (cost <= MOST_CACHED) {
      cachedCost += cost;
      cached.put(channel, routes);
    }
    return routes;
  }

  private void forgetRoutes() {
    cached.clear();
    cachedCost = 0;
  }

  /** Returns for how many channels routes are cached. */
  int cachedCount() {
    return cached.size();
  }

  private Collection<Route> merged(LogEntry entry) {
    Map<Audience, Route> merged = new LinkedHashMap<>();
    List<Route> all = new ArrayList<>(byName.getOrDefault(entry.channel(), List.of()));
    all.addAll(byPattern.matching(entry.source.pattern().segments()));
    for (Route route : all) {
      merged.merge(route.audience(), route, Audiences::either);
    }
    return List.copyOf(merged.values());
  }

  private static Route either(Route some, Route others) {
    List<EventFilter> filters = new ArrayList<>(some.filters());
    filters.addAll(others.filters());
    return new Route(some.audience(), List.copyOf(filters));
  }
}

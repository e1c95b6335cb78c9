package io.millrace.core.broker;

import io.millrace.ChannelPattern;
import io.millrace.core.log.Allowance;
import io.millrace.core.log.PatternTree;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The names and patterns that a node holds at its broker, and what they are to each other: which of
 * them covers another, needs another, or owns a channel. Guarded by the lock of {@link
 * BrokerSubscriptions}.
 */
final class HeldSubscriptions {

  private final Allowance room;
  private final Map<ChannelPattern, BrokerSubscription> all = new HashMap<>();

  /** Those that are patterns and not names, and for which the broker was asked. */
  private final Set<BrokerSubscription> wide = new LinkedHashSet<>();

  private final PatternTree<BrokerSubscription> wideByPattern = new PatternTree<>();
  private int asked;

  /**
   * Nothing is held.
   *
   * @param room counts what each takes of the heap
   */
  HeldSubscriptions(Allowance room) {
    this.room = room;
  }

  /** Returns how many are held, including those for which the broker was not asked. */
  int size() {
    return all.size();
  }

  /** Returns for how many of them the broker was asked. */
  int asked() {
    return asked;
  }

  Optional<BrokerSubscription> of(ChannelPattern pattern) {
    return Optional.ofNullable(all.get(pattern));
  }

  void add(BrokerSubscription added) {
    all.put(added.pattern, added);
    room.add(added.footprint);
    if (added.isAsked()) {
      asked++;
      if (!added.pattern.isName()) {
        wide.add(added);
        wideByPattern.add(added.pattern, added);
      }
    }
  }

  /** Removes one; does nothing if it is not held, although another of its pattern may be. */
  void remove(BrokerSubscription removed) {
    if (!all.remove(removed.pattern, removed)) {
      return;
    }
    room.add(-removed.footprint);
    if (removed.isAsked()) {
      asked--;
      if (wide.remove(removed)) {
        wideByPattern.remove(removed.pattern, removed);
      }
    }
  }

  /** Returns one that the broker was asked for, and those that it covers. */
  Collection<BrokerSubscription> with(BrokerSubscription covering) {
    return all.values().stream().filter(each -> each.confirmed == covering.confirmed).toList();
  }

  /** Returns what covers a name or pattern, so that the broker need not be asked for it. */
  Optional<BrokerSubscription> covering(ChannelPattern pattern) {
    Collection<BrokerSubscription> candidates =
        pattern.isName() ? wideByPattern.matching(pattern.segments()) : wide;
    return candidates.stream()
        .filter(candidate -> candidate.pattern.covers(pattern))
        .min(Comparator.comparingLong(candidate -> candidate.order));
  }

  /** Returns whether a channel's messages are appended as they arrive on a subscription. */
  boolean isOwner(ChannelPattern subscription, ChannelPattern channel) {
    BrokerSubscription owner = all.get(channel);
    for (BrokerSubscription candidate : wideByPattern.matching(channel.segments())) {
      if (owner == null || !owner.isAsked() || candidate.order < owner.order) {
        owner = candidate;
      }
    }
    return owner != null && owner.order < Long.MAX_VALUE && owner.pattern.equals(subscription);
  }

  boolean isNeeded(BrokerSubscription subscribed) {
    return needing(subscribed).findAny().isPresent();
  }

  /**
   * Returns the subscriptions that would lose a channel without it, or would have to take one over.
   */
  Stream<BrokerSubscription> needing(BrokerSubscription subscribed) {
    if (!subscribed.isAsked()) {
      return Stream.empty();
    }
    Collection<BrokerSubscription> others = subscribed.pattern.isName() ? wide : all.values();
    return others.stream()
        .filter(
            other ->
                (other.order > subscribed.order || other.isCoveredBy(subscribed))
                    && other.pattern.overlaps(subscribed.pattern));
  }
}

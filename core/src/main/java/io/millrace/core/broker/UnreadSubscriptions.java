package io.millrace.core.broker;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The subscriptions that nobody reads. They linger for a while, in case they are read again; if
 * other subscriptions need them, they stay even longer. When there is no room for another one, they
 * are given up first. Guarded by the lock of {@link BrokerSubscriptions}.
 */
final class UnreadSubscriptions {

  private final HeldSubscriptions held;

  /** The lingering ones, the oldest first. */
  private final Set<BrokerSubscription> lingering = new LinkedHashSet<>();

  /**
   * Those of them that were never used a second time: only a small share may linger, so that names
   * cost little.
   */
  private final Set<BrokerSubscription> passing = new HashSet<>();

  /** Those that have lingered long enough, but that other subscriptions need. */
  private final Set<BrokerSubscription> idle = new LinkedHashSet<>();

  private final int most;
  private final int mostPassing;

  /**
   * All are read.
   *
   * @param most how many subscriptions the node may have at the broker
   * @param mostPassing how many that were never used a second time may linger
   */
  UnreadSubscriptions(HeldSubscriptions held, int most, int mostPassing) {
    this.held = held;
    this.most = most;
    this.mostPassing = mostPassing;
  }

  /**
   * Lets one linger, if it may. Those that are covered are not requested from the broker, so
   * clients that come and go could make very many of them linger.
   *
   * @return whether it lingers
   */
  boolean linger(BrokerSubscription left) {
    boolean mayLinger =
        lingering.size() < 2L * most && (left.returned || passing.size() < mostPassing);
    if (mayLinger) {
      lingering.add(left);
      if (!left.returned) {
        passing.add(left);
      }
    }
    return mayLinger;
  }

  boolean isLingering(BrokerSubscription subscription) {
    return lingering.contains(subscription);
  }

  /** Takes one out, because it is read again or gone. */
  void remove(BrokerSubscription subscription) {
    lingering.remove(subscription);
    passing.remove(subscription);
    idle.remove(subscription);
  }

  /** Marks one that may be given up as soon as no other needs it. */
  void expire(BrokerSubscription subscription) {
    idle.add(subscription);
  }

  /**
   * Chooses what makes room: the oldest that lingers and that no other subscription needs. If there
   * is none, the oldest together with those that need it, if they linger, too.
   *
   * @return what was chosen, and what had been chosen before; empty if there is nothing
   */
  List<BrokerSubscription> expireOldest() {
    List<BrokerSubscription> oldestFirst =
        lingering.stream().filter(BrokerSubscription::isAsked).toList();
    Optional<BrokerSubscription> oldest =
        oldestFirst.stream()
            .filter(known -> !held.isNeeded(known))
            .findFirst()
            .or(
                () ->
                    oldestFirst.stream()
                        .filter(known -> lingering.containsAll(held.needing(known).toList()))
                        .findFirst());
    if (oldest.isEmpty()) {
      return List.of();
    }
    idle.add(oldest.get());
    held.needing(oldest.get()).forEach(idle::add);
    return List.copyOf(idle);
  }

  /** Removes what nobody reads and no other subscription needs, here and from what is held. */
  List<BrokerSubscription> removeExpired() {
    List<BrokerSubscription> removed = new ArrayList<>();
    Optional<BrokerSubscription> next = unneeded();
    while (next.isPresent()) {
      BrokerSubscription gone = next.get();
      remove(gone);
      held.remove(gone);
      removed.add(gone);
      next = unneeded(); // Those that only this one needed may now be removed, too.
    }
    return removed;
  }

  private Optional<BrokerSubscription> unneeded() {
    return idle.stream().filter(candidate -> !held.isNeeded(candidate)).findFirst();
  }
}

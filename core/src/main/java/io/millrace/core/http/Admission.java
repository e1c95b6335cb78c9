package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Allowance;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the attached clients, in total, by address and by user, and has the room that they share.
 * Safe on any thread.
 */
final class Admission {

  private final MillraceOptions options;
  private final Allowance room;
  private final AtomicInteger admitted = new AtomicInteger();
  private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
  private final Map<String, Integer> byUser = new ConcurrentHashMap<>();

  /**
   * Makes an admission without clients.
   *
   * @param options the bounds
   * @param room for all clients together
   */
  Admission(MillraceOptions options, Allowance room) {
    this.options = options;
    this.room = room;
  }

  /**
   * Refuses a client early.
   *
   * @throws MillraceException {@link MillraceException.Code#UNAVAILABLE} if the node is full
   */
  void requireRoom() {
    if (admitted.get() >= options.maxReaders()) {
      throw full();
    }
  }

  private static MillraceException full() {
    return new MillraceException(
        MillraceException.Code.UNAVAILABLE, "This server is full. Try again later.");
  }

  /**
   * Admits a client.
   *
   * @param address its address, if the clients of an address are limited
   * @return its share, which it must give back
   * @throws MillraceException {@link MillraceException.Code#UNAVAILABLE} if the node is full,
   *     {@link MillraceException.Code#RATE_LIMITED} if the address has too many
   */
  ClientShare admit(Optional<String> address) {
    if (admitted.incrementAndGet() > options.maxReaders()) {
      admitted.decrementAndGet();
      throw full();
    }
    if (address.isPresent()
        && byAddress.merge(address.get(), 1, Integer::sum) > options.maxReadersPerAddress()) {
      leave(address, Optional.empty());
      throw new MillraceException(
          MillraceException.Code.RATE_LIMITED, "There are too many connections from this address.");
    }
    return new ClientShare(this, room, address);
  }

  /**
   * Counts a client for its user.
   *
   * @return whether it counts, and must be counted out when it leaves
   * @throws MillraceException {@link MillraceException.Code#RATE_LIMITED} if the user has too many
   */
  boolean count(String user) {
    int most = options.maxReadersPerUser();
    if (most > 0 && byUser.merge(user, 1, Integer::sum) > most) {
      leave(byUser, user);
      throw new MillraceException(
          MillraceException.Code.RATE_LIMITED, "You may have " + most + " connections at a time.");
    }
    return most > 0;
  }

  /** Counts a client out. */
  void leave(Optional<String> address, Optional<String> user) {
    admitted.decrementAndGet();
    address.ifPresent(it -> leave(byAddress, it));
    user.ifPresent(it -> leave(byUser, it));
  }

  private static void leave(Map<String, Integer> counts, String whose) {
    counts.computeIfPresent(whose, (known, count) -> count > 1 ? count - 1 : null);
  }
}

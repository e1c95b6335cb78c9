package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Allowance;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the attached clients, in total and by address, and has the room that they share. Safe on
 * any thread.
 */
final class Admission {

  private final MillraceOptions options;
  private final Allowance room;
  private final AtomicInteger admitted = new AtomicInteger();
  private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();

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
      throw new MillraceException(
          MillraceException.Code.UNAVAILABLE, "This server is full. Try again later.");
    }
    if (address.isPresent()
        && byAddress.merge(address.get(), 1, Integer::sum) > options.maxReadersPerAddress()) {
      leave(address);
      throw new MillraceException(
          MillraceException.Code.RATE_LIMITED, "There are too many connections from this address.");
    }
    return new ClientShare(room, () -> leave(address));
  }

  private void leave(Optional<String> address) {
    admitted.decrementAndGet();
    address.ifPresent(
        it -> byAddress.computeIfPresent(it, (known, count) -> count > 1 ? count - 1 : null));
  }
}

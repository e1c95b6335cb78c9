package io.millrace.core.presence;

import io.millrace.Member;
import java.util.Collection;
import java.util.Optional;

/**
 * What is remembered of a client that takes one batch after the other, from one request to the
 * next. Owned by the node's event loop.
 */
final class Visit {

  private Optional<Stay> stay = Optional.empty();

  /** How many of its requests are being answered. */
  private int open;

  /** When it is over, if there is no request by then. */
  private long endsAt;

  /** Every view up to this version was told. */
  private long told = -1;

  /**
   * A request begins. What the client was present on before, and does not ask for now, it leaves.
   */
  void begin(Rooms rooms, Optional<Member> who, Collection<String> channels) {
    open++;
    Optional<Stay> before = stay;
    stay = who.map(member -> new Stay(rooms, member));
    stay.ifPresent(here -> here.enter(channels));
    before.ifPresent(Stay::end);
  }

  /** A request has been answered. */
  void answered(long version, long now, long lingerMillis) {
    open--;
    told = Math.max(told, version);
    endsAt = Math.max(endsAt, now + lingerMillis);
  }

  boolean isOver(long now) {
    return open == 0 && now >= endsAt;
  }

  boolean wasTold(View view) {
    return view.version() <= told;
  }

  void end() {
    stay.ifPresent(Stay::end);
  }
}

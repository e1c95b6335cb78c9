package io.millrace.core.reader;

import io.millrace.spi.Ending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;

/**
 * Lets the clients of a shard go, one after another in random order over some time, so that they do
 * not all return at once. Each is asked to leave, and has a little time to connect elsewhere first.
 * Owned by the event loop.
 */
final class Departure {

  /** How long a client that was asked to leave may stay. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private record Leaving(Reader reader, Ending ending, long due) {}

  private final Shard shard;
  private final Function<Reader, Optional<Ending>> reason;
  private final long until;
  private final Queue<Reader> waiting;
  private final Queue<Leaving> leaving = new ArrayDeque<>();
  private final Wheel.Timer timer = new Wheel.Timer(this::step);
  private final Promise<Void> over = Promise.promise();

  /**
   * Makes a departure that has not begun.
   *
   * @param readers who may be concerned
   * @param reason why a reader goes; asked when it is its turn
   * @param window until when all are asked
   */
  Departure(
      Shard shard,
      List<Reader> readers,
      Function<Reader, Optional<Ending>> reason,
      Duration window) {
    this.shard = shard;
    this.reason = reason;
    this.until = shard.now() + window.toMillis();
    List<Reader> shuffled = new ArrayList<>(readers);
    Collections.shuffle(shuffled);
    this.waiting = new ArrayDeque<>(shuffled);
  }

  /** Begins. Completes when all are gone. */
  Future<Void> begin() {
    step();
    return over.future();
  }

  private void step() {
    long now = shard.now();
    for (int count = share(now); count > 0; count--) {
      ask(waiting.remove(), now);
    }
    while (!leaving.isEmpty() && isDue(leaving.element(), now)) {
      Leaving next = leaving.remove();
      shard.guard(next.reader(), () -> next.reader().end(next.ending()));
    }
    if (waiting.isEmpty() && leaving.isEmpty()) {
      over.complete();
    } else {
      shard.wheel().schedule(timer, now + 1); // The next turn.
    }
  }

  /** Returns how many are asked in this turn, so that the rest has as many in each. */
  private int share(long now) {
    long turns = Math.max(1, Wheel.turns(until - now));
    return (int) ((waiting.size() + turns - 1) / turns);
  }

  private void ask(Reader reader, long now) {
    if (!reader.isEnded()) {
      reason
          .apply(reader)
          .ifPresent(
              ending -> {
                shard.guard(reader, () -> reader.ask(ending));
                leaving.add(new Leaving(reader, ending, now + LINGER.toMillis()));
              });
    }
  }

  private static boolean isDue(Leaving next, long now) {
    return next.reader().isEnded() || next.due() <= now;
  }
}

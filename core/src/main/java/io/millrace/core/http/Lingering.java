package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.core.log.Footprint;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a client has unsubscribed. It lingers at the broker in case the client subscribes again, but
 * no more than it may hold. Owned by the reader's event loop.
 */
final class Lingering {

  private final Engine engine;

  /** The names and patterns, the oldest first. */
  private final Set<ChannelPattern> left = new LinkedHashSet<>(1);

  Lingering(Engine engine) {
    this.engine = engine;
  }

  void add(ChannelPattern pattern) {
    if (!left.remove(pattern)) {
      engine.log().readers().add(Footprint.left(pattern));
    }
    left.add(pattern);
    if (left.size() > engine.options().maxChannels()) {
      ChannelPattern oldest = left.iterator().next();
      forget(oldest);
      engine.brokerSubscriptions().giveUp(oldest);
    }
  }

  private void forget(ChannelPattern pattern) {
    left.remove(pattern);
    engine.log().readers().add(-Footprint.left(pattern));
  }

  /** The reader has ended. */
  void close() {
    List.copyOf(left).forEach(this::forget);
  }
}

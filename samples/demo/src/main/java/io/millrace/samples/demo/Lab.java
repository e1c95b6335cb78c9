package io.millrace.samples.demo;

import io.millrace.Millrace;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The visitors who have the Transports page open. Safe on any thread. */
final class Lab {

  /** The page's clients, each named after the technique that it starts with. */
  static final List<String> LANES = List.of("websocket", "sse", "stream", "longpoll", "poll");

  /** How many visitors there may be at once. */
  static final int MAX_VISITORS = 50;

  /** A visitor without a sign of life for this long has left. */
  static final Duration LEASE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final Millrace millrace;
  private final Map<String, Visitor> visitors = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  Lab(Vertx vertx, Millrace millrace) {
    this.vertx = vertx;
    this.millrace = millrace;
    vertx.setPeriodic(LEASE.toMillis() / 10, timer -> expire());
  }

  /** {@return a new visitor, or empty if there are too many} Call this on an event loop. */
  Optional<Visitor> open() {
    if (visitors.size() >= MAX_VISITORS) {
      return Optional.empty();
    }
    // Two secrets: anyone who learns the name of the channel can read the ticks, but not cut lanes.
    Visitor visitor = new Visitor(vertx, millrace.channel("lab." + secret()), secret());
    visitors.put(visitor.id(), visitor);
    return Optional.of(visitor);
  }

  private String secret() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  Optional<Visitor> find(String id) {
    return Optional.ofNullable(visitors.get(id));
  }

  /** Forgets a visitor and stops the ticker. */
  void close(Visitor visitor) {
    visitors.remove(visitor.id());
    visitor.setRate(0);
  }

  private void expire() {
    long now = System.nanoTime();
    for (Visitor visitor : visitors.values()) {
      if (now - visitor.seenAt() > LEASE.toNanos()) {
        close(visitor);
      }
    }
  }
}

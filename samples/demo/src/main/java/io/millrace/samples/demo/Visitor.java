package io.millrace.samples.demo;

import io.millrace.Channel;
import io.millrace.Message;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A visitor of the Transports page: a ticker that publishes on a channel of the visitor's own, and
 * a lane for each of the page's clients. Its timers run on the event loop that created it;
 * everything else is safe on any thread.
 */
final class Visitor {

  /** How many messages per second a visitor may ask for. */
  static final int MAX_RATE = 100;

  private static final int FIRST_RATE = 5;
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Context context;
  private final Channel channel;
  private final String id;
  private final Map<String, Lane> lanes = new LinkedHashMap<>();
  private volatile long seenAt = System.nanoTime();
  private final AtomicLong sent = new AtomicLong();
  private volatile int rate;
  private long timer = NO_TIMER;

  /**
   * Makes a visitor and starts its ticker. Call this on an event loop.
   *
   * @param vertx runs the ticker
   * @param channel the channel that the ticker publishes on
   * @param id the secret with which the page controls it; never published
   */
  Visitor(Vertx vertx, Channel channel, String id) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.channel = channel;
    this.id = id;
    for (String technique : Lab.LANES) {
      lanes.put(technique, new Lane());
    }
    setRate(FIRST_RATE);
  }

  /**
   * Sets how often the ticker publishes.
   *
   * @param perSecond messages per second, 0 to {@link #MAX_RATE}
   */
  void setRate(int perSecond) {
    rate = perSecond;
    context.runOnContext(
        now -> {
          vertx.cancelTimer(timer);
          timer = perSecond == 0 ? NO_TIMER : vertx.setPeriodic(1000L / perSecond, tick -> tick());
        });
  }

  private void tick() {
    long number = sent.incrementAndGet();
    // Fractions of a millisecond, because on one machine most deliveries take less than one.
    double at = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) / 1000.0;
    channel.publish(Message.json("tick", new JsonObject().put("n", number).put("at", at)));
  }

  /** Notes that the visitor is still there. */
  void seen() {
    seenAt = System.nanoTime();
  }

  /** {@return when the visitor last gave a sign of life, by {@link System#nanoTime()}} */
  long seenAt() {
    return seenAt;
  }

  Optional<Lane> lane(String name) {
    return Optional.ofNullable(lanes.get(name));
  }

  String id() {
    return id;
  }

  /** {@return the state for the page} */
  JsonObject toJson() {
    JsonObject states = new JsonObject();
    lanes.forEach((name, lane) -> states.put(name, lane.toJson()));
    return new JsonObject()
        .put("visitor", id)
        .put("channel", channel.name())
        .put("rate", rate)
        .put("maxRate", MAX_RATE)
        .put("published", sent.get())
        .put("now", ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) / 1000.0)
        .put("lanes", states);
  }
}

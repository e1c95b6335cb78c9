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
 * Somebody who has the Transports page open: a ticker that publishes on a channel of their own, and
 * a lane for each of the page's clients. Its timers run on the event loop that created it; all else
 * is safe on any thread.
 */
final class Visitor {

  /** How many messages a second a visitor may ask for. */
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
   * A visitor whose ticker is running. To be called on an event loop.
   *
   * @param vertx runs the ticker
   * @param channel what it publishes on
   * @param id by which the page controls it; never published
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
   * @param perSecond messages a second, 0 to {@link #MAX_RATE}
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
    // Fractions of a millisecond: on one machine most deliveries take less than that.
    double at = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) / 1000.0;
    channel.publish(Message.json("tick", new JsonObject().put("n", number).put("at", at)));
  }

  /** The visitor is still there. */
  void seen() {
    seenAt = System.nanoTime();
  }

  /** {@return since when nothing was heard of the visitor, by {@link System#nanoTime()}} */
  long seenAt() {
    return seenAt;
  }

  Optional<Lane> lane(String name) {
    return Optional.ofNullable(lanes.get(name));
  }

  String id() {
    return id;
  }

  /** {@return what the page shows} */
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

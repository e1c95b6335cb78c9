package io.millrace.core.reader;

import io.vertx.core.internal.ContextInternal;
import java.lang.System.Logger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The timers of one event loop: a hashed wheel that turns only while it holds a timer. Owned by the
 * event loop.
 */
public final class Wheel {

  private static final Logger LOG = System.getLogger(Wheel.class.getName());

  /** Its precision, in milliseconds. */
  private static final int TICK = 50;

  private static final int SLOTS = 512;

  /** What can be scheduled, again and again. It is in one slot, or in none. */
  public static final class Timer {
    private final Runnable action;
    private Timer previous = this;
    private Timer next = this;
    private long due;

    /** Makes a timer. Its action is run once whenever its time has come. */
    public Timer(Runnable action) {
      this.action = action;
    }

    private boolean isScheduled() {
      return next != this;
    }

    private void unlink() {
      previous.next = next;
      next.previous = previous;
      previous = this;
      next = this;
    }

    private void linkBefore(Timer other) {
      previous = other.previous;
      next = other;
      previous.next = this;
      other.previous = this;
    }
  }

  private final ContextInternal context;
  private final LongSupplier clock;

  /** Heads of rings. They are never due themselves. */
  private final Timer[] slots = new Timer[SLOTS];

  private final AtomicInteger size = new AtomicInteger();
  private long turnedTo;
  private boolean turning;

  Wheel(ContextInternal context, LongSupplier clock) {
    this.context = context;
    this.clock = clock;
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = emptySlot();
    }
  }

  private static Timer emptySlot() {
    return new Timer(() -> {});
  }

  /** Returns how many timers are scheduled. Safe on any thread. */
  int size() {
    return size.get();
  }

  /** Sets in how many milliseconds a timer is due, instead of whatever was set before. */
  public void scheduleIn(Timer timer, long millis) {
    schedule(timer, clock.getAsLong() + millis);
  }

  /** Sets when a timer is due, in milliseconds of the clock, instead of whatever was set before. */
  void schedule(Timer timer, long due) {
    assertHere();
    cancel(timer);
    if (!turning) {
      turning = true;
      turnedTo = Math.floorDiv(clock.getAsLong(), TICK);
      turnLater();
    }
    timer.due = due;
    // Rounded up, and never into a slot that the current turn has passed.
    timer.linkBefore(slot(Math.max(turnedTo + 1, Math.floorDiv(due + TICK - 1, TICK))));
    size.incrementAndGet();
  }

  /** Cancels a timer, if it is scheduled. */
  public void cancel(Timer timer) {
    assertHere();
    if (timer.isScheduled()) {
      timer.unlink();
      size.decrementAndGet();
    }
  }

  private void assertHere() {
    assert context.inThread() : "not on its event loop, but on " + Thread.currentThread().getName();
  }

  /** The clock may be negative. */
  private Timer slot(long tick) {
    return slots[Math.floorMod(tick, SLOTS)];
  }

  /** Returns the last time up to another one, in milliseconds of the clock, at which it turns. */
  static long turnBefore(long time) {
    return time - Math.floorMod(time, TICK);
  }

  /** Returns how often it turns in so many milliseconds. */
  static long turns(long millis) {
    return millis / TICK;
  }

  private void turnLater() {
    context.setTimer(TICK - Math.floorMod(clock.getAsLong(), TICK), fired -> turn());
  }

  private void turn() {
    long now = clock.getAsLong();
    long present = Math.floorDiv(now, TICK);
    long first = Math.max(turnedTo + 1, present - SLOTS + 1);
    turnedTo = present;
    for (long tick = first; tick <= present; tick++) {
      fire(slot(tick), now);
    }
    turning = size.get() > 0;
    if (turning) {
      turnLater();
    }
  }

  private void fire(Timer slot, long now) {
    // A timer that fires may schedule into this slot, so only what is in it now is examined.
    Timer current = emptySlot();
    while (slot.next != slot) {
      Timer timer = slot.next;
      timer.unlink();
      timer.linkBefore(current);
    }
    while (current.next != current) {
      Timer timer = current.next;
      timer.unlink();
      if (timer.due > now) {
        timer.linkBefore(slot);
      } else {
        size.decrementAndGet();
        fire(timer);
      }
    }
  }

  private static void fire(Timer timer) {
    try {
      timer.action.run();
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.ERROR, "A timer failed", e);
    }
  }
}

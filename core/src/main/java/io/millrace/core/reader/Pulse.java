package io.millrace.core.reader;

import io.millrace.spi.Ending;
import io.millrace.spi.Outlet;

/**
 * What time does to a reader that stays: heartbeats after silence, and the end when its credentials
 * have expired, when its client is gone, or when it has lasted long enough. Owned by the reader's
 * event loop.
 */
final class Pulse implements Runnable {

  private final LastingReader reader;
  private final Outlet outlet;
  private final LastingSettings settings;
  private final Wheel.Timer timer = new Wheel.Timer(this);

  private long written;
  private long lastWrite;

  /** When nothing could be said although something was due. */
  private long lastSilence;

  /** When the client is known to have been there. */
  private long lastHeard;

  /** When the client's credentials no longer count. */
  private long expiry;

  /** When the reader has lasted long enough. */
  private long recycling;

  Pulse(LastingReader reader, Outlet outlet, LastingSettings settings) {
    this.reader = reader;
    this.outlet = outlet;
    this.settings = settings;
  }

  /** Begins to count the time. */
  void begin() {
    lastWrite = now();
    lastHeard = lastWrite;
    recycling =
        settings.recycleAge().isZero()
            ? Long.MAX_VALUE
            : lastWrite + settings.recycleAge().toMillis();
  }

  /** Sets in how many milliseconds the credentials no longer count. */
  void expireIn(long millis) {
    expiry = now() + millis;
    schedule();
  }

  /** Notes that something was written. */
  void wrote(int bytes) {
    lastWrite = now();
    written += bytes;
    if (settings.recycleBytes() > 0 && written >= settings.recycleBytes() && !reader.isEnded()) {
      // Later, because what writes here is in the middle of reading.
      reader.shard.run(() -> reader.shard.guard(reader, reader::recycle));
    }
  }

  /** Returns when something was written last. */
  long lastWrite() {
    return lastWrite;
  }

  /** Notes that what was written last does not count. */
  void setLastWrite(long when) {
    lastWrite = when;
  }

  /** Notes that the client has taken something. */
  void heard() {
    lastHeard = now();
  }

  void end() {
    reader.shard.wheel().cancel(timer);
  }

  @Override
  public void run() {
    reader.shard.guard(reader, this::beat);
  }

  private void beat() {
    long now = now();
    if (outlet.hasHeard()) {
      lastHeard = now;
    }
    if (now >= expiry) {
      reader.end(Ending.EXPIRED);
    } else if (isGone(now)) {
      reader.end(Ending.STALLED);
    } else if (now >= recycling) {
      reader.recycle();
    } else if (isDue(now) && outlet.writable()) {
      reader.heartbeat();
    }
    if (now - lastWrite >= pause()) {
      lastSilence = now;
    }
    schedule();
  }

  /** Returns whether the client has taken nothing, or not been heard, for too long. */
  private boolean isGone(long now) {
    long silence = outlet.writable() ? 0 : now - lastWrite;
    return Math.max(silence, now - lastHeard) >= stall();
  }

  /**
   * Returns whether a heartbeat is due: after silence, or because a client that receives much and
   * sends nothing must be asked whether it is there.
   */
  private boolean isDue(long now) {
    long heartbeat = settings.heartbeat().toMillis();
    boolean silent = now - lastWrite >= heartbeat && reader.isLive();
    return silent || (now - lastHeard >= heartbeat && reader.isReplayed());
  }

  private void schedule() {
    if (!reader.isEnded()) {
      long due = Math.min(lastHeard + stall(), Math.max(lastWrite, lastSilence) + pause());
      reader.shard.wheel().schedule(timer, Math.min(Math.min(expiry, recycling), due));
    }
  }

  private long pause() {
    return Math.min(settings.heartbeat().toMillis(), stall());
  }

  private long stall() {
    return settings.stall().toMillis();
  }

  private long now() {
    return reader.shard.now();
  }
}

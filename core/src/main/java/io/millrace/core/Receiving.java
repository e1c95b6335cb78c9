package io.millrace.core;

import io.millrace.MillraceOptions;
import io.millrace.spi.Ending;
import java.util.Optional;

/**
 * What the client of one reader has sent that is not dealt with: a message that has not arrived
 * whole, which has its time, and what waits behind it. Takes part in the room that request bodies
 * have. Owned by the reader's event loop.
 */
final class Receiving extends Wheel.Timer {

  /** What every connection may hold beside what is counted: small commands take no lock. */
  private static final int SMALL = 4 << 10;

  /** What an unfinished message holds beside its bytes. */
  private static final int ITSELF = 256;

  private final Room room;
  private final EventLoopShards loop;
  private final Reader reader;
  private final long timeout;
  private Optional<Room.Share> share = Optional.empty();
  private boolean unfinished;
  private long arriving;
  private long waiting;

  Receiving(Room room, EventLoopShards loop, Reader reader, MillraceOptions options) {
    this.room = room;
    this.loop = loop;
    this.reader = reader;
    this.timeout = options.bodyTimeout().toMillis();
  }

  /** Says what the transport holds, see {@link io.millrace.spi.Attachment#holds}. */
  void holds(int bytes, boolean begun) {
    if (reader.isEnded()) {
      return;
    }
    arriving = bytes;
    if (!begun) {
      loop.wheel().cancel(this);
    } else if (!unfinished) {
      loop.wheel().scheduleIn(this, timeout);
    }
    unfinished = begun;
    count();
  }

  /** Says how long the frame is that is being carried out. */
  void waits(int bytes) {
    if (!reader.isEnded()) {
      waiting = bytes;
      count();
    }
  }

  private void count() {
    if (!unfinished && arriving + waiting <= SMALL) {
      release();
      return;
    }
    if (share.isEmpty()) {
      share = Optional.of(room.enter(made -> loop.run(() -> makeRoom(made))));
    }
    share.get().count(ITSELF + arriving + waiting);
  }

  private void release() {
    share.ifPresent(Room.Share::release);
    share = Optional.empty();
  }

  /** Unless all has arrived meanwhile. */
  private void makeRoom(Room.Share made) {
    if (share.isPresent() && share.get() == made) {
      reader.end(Ending.UNFINISHED);
    }
  }

  /** Its time is over. */
  @Override
  void fire() {
    reader.end(Ending.UNFINISHED);
  }

  /** The reader has ended, and with it what the transport holds. */
  void close() {
    loop.wheel().cancel(this);
    release();
  }
}

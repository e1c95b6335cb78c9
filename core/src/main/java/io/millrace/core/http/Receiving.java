package io.millrace.core.http;

import io.millrace.MillraceOptions;
import io.millrace.core.reader.Reader;
import io.millrace.core.reader.ReaderLoop;
import io.millrace.core.reader.Wheel;
import io.millrace.spi.Ending;
import java.util.Optional;

/**
 * What the client of one reader has sent and has not been processed: a message that has not arrived
 * completely, which has a time limit, and what waits behind it. Uses the same room as request
 * bodies. Owned by the reader's event loop.
 */
final class Receiving {

  /** What every connection may hold without being counted, so that small commands take no lock. */
  private static final int SMALL = 4 << 10;

  /** How much an unfinished message takes besides its bytes. */
  private static final int ITSELF = 256;

  private final Room room;
  private final ReaderLoop loop;
  private final Reader reader;
  private final long timeout;
  private final Wheel.Timer timer = new Wheel.Timer(this::end);
  private Optional<Room.Share> share = Optional.empty();
  private boolean unfinished;
  private long arriving;
  private long waiting;

  Receiving(Room room, ReaderLoop loop, Reader reader, MillraceOptions options) {
    this.room = room;
    this.loop = loop;
    this.reader = reader;
    this.timeout = options.bodyTimeout().toMillis();
  }

  /** Notes what the transport holds, see {@link io.millrace.spi.Attachment#holds}. */
  void holds(int bytes, boolean begun) {
    if (reader.isEnded()) {
      return;
    }
    arriving = bytes;
    if (!begun) {
      loop.wheel().cancel(timer);
    } else if (!unfinished) {
      loop.wheel().scheduleIn(timer, timeout);
    }
    unfinished = begun;
    count();
  }

  /** Notes the length of the frame that is being carried out. */
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

  /** Unless everything has arrived meanwhile. */
  private void makeRoom(Room.Share made) {
    if (share.isPresent() && share.get() == made) {
      end();
    }
  }

  private void end() {
    reader.end(Ending.UNFINISHED);
  }

  /** Called when the reader has ended, and the transport holds nothing more. */
  void close() {
    loop.wheel().cancel(timer);
    release();
  }
}

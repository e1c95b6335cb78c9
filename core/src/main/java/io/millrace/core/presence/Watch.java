package io.millrace.core.presence;

import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.ReaderLoop;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;

/**
 * A reader that stays, and is told who is present on a channel. Owned by the reader's event loop.
 */
final class Watch {

  private final LastingReader reader;
  private final boolean insists;

  /** The version of the view that the reader was told; at first none. */
  private long told = -1;

  private volatile boolean closed;

  /**
   * A watch that has told nothing.
   *
   * @param insists whether members are listed even if there are many
   */
  Watch(LastingReader reader, boolean insists) {
    this.reader = reader;
    this.insists = insists;
  }

  ReaderLoop loop() {
    return reader.shard.loop();
  }

  /** Tells nothing more. Called on the node's event loop. */
  void close() {
    closed = true;
  }

  /**
   * Tells the reader what it does not know yet.
   *
   * @param frames what others on the event loop were told at the same time
   * @return false if the reader cannot take it now
   */
  boolean tell(View view, Frames frames) {
    if (closed || reader.isEnded() || told == view.version()) {
      return true;
    }
    if (!reader.isWritable()) {
      return false;
    }
    Signal.Presence signal = view.after(told, insists);
    reader.shard.guard(reader, () -> write(frames.of(reader.framing(), signal)));
    told = view.version();
    return true;
  }

  /** Some framings have no form for it. */
  private void write(Buffer frame) {
    if (frame.length() > 0) {
      reader.writeAside(frame);
    }
  }
}

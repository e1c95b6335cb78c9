package io.millrace.spi;

import io.millrace.Entry;
import io.vertx.core.buffer.Buffer;

/**
 * How entries and signals look on the wire. Stateless, shared by all readers and event loops.
 *
 * <p>The engine calls {@link #entry} once for each entry and shares the result among all readers of
 * the framing, joined with its neighbours; so a framing says nothing about a recipient, and an
 * instance must be kept, not made for each request. Buffers that are returned must not be changed
 * afterwards.
 *
 * <p>On a connection that stays, what is written is a sequence of signals and entries. A batch is
 * one buffer: {@link #prefix}, entries with a {@link #separator} between each two, {@link #suffix}.
 */
public interface Framing {

  /** Nothing on the wire. */
  Buffer NOTHING = Buffer.buffer(0);

  /**
   * Frames an entry with its cursor, from which a client may resume.
   *
   * @param entry the entry
   * @return the bytes
   */
  Buffer entry(Entry entry);

  /**
   * Frames an entry that is replayed apart from ordinary reading, so that a client must not resume
   * from it: for {@code last}, or for a subscription made later on a connection.
   *
   * @param entry the entry
   * @param subscribe the JSON text of the id of the subscribe command that asked for it, or empty
   *     if it was the URL's {@code last}
   * @return the bytes; by default the same as {@link #entry}
   */
  default Buffer replayed(Entry entry, String subscribe) {
    return entry(entry);
  }

  /**
   * Frames a signal.
   *
   * @param signal the signal
   * @return the bytes, {@link #NOTHING} if this framing does not tell it. A reader whose framing
   *     cannot tell a gap is ended with {@link Ending#GAP} instead
   */
  Buffer signal(Signal signal);

  /**
   * Returns what precedes the entries of a batch.
   *
   * @param batch about the batch
   * @return the bytes
   */
  default Buffer prefix(Batch batch) {
    return NOTHING;
  }

  /** {@return what stands between two entries of a batch} */
  default Buffer separator() {
    return NOTHING;
  }

  /**
   * Returns what follows the entries of a batch.
   *
   * @param batch about the batch
   * @return the bytes
   */
  default Buffer suffix(Batch batch) {
    return NOTHING;
  }
}

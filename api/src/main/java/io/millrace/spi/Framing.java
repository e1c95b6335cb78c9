package io.millrace.spi;

import io.millrace.Entry;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * How entries and signals look on the wire. Stateless, shared by all readers and event loops.
 *
 * <p>The engine calls {@link #entry} once for each entry, joins the result with those of other
 * entries, and shares it among all readers of the framing. So the bytes must not depend on the
 * recipient, and one instance must be kept, rather than one made for each request. Returned buffers
 * must not be changed afterwards.
 *
 * <p>On a connection that stays open, signals and entries are written in sequence. A batch is one
 * buffer: {@link #prefix}, the entries with a {@link #separator} between them, {@link #suffix}.
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
   * Frames an entry that is replayed separately from ordinary reading: for {@code last}, or for a
   * subscription that is added to a connection later. A client must not resume from it.
   *
   * @param entry the entry
   * @param subscribe the JSON text of the id of the subscribe command that asked for it; empty if
   *     it was the URL's {@code last}
   * @return the bytes; by default the same as {@link #entry}
   */
  default Buffer replayed(Entry entry, Optional<String> subscribe) {
    return entry(entry);
  }

  /**
   * Frames a signal: in JSON from its {@link Signal#type} and {@link Signal#fields}, or in a form
   * of its own for each kind, by a {@link Signal.Visitor}.
   *
   * @param signal the signal
   * @return the bytes; {@link #NOTHING} if this framing cannot express the signal. If it cannot
   *     express a gap, the reader is ended with {@link Ending#GAP} instead
   */
  Buffer signal(Signal signal);

  /**
   * Returns what precedes the entries of a batch.
   *
   * @param batch describes the batch
   * @return the bytes
   */
  default Buffer prefix(Batch batch) {
    return NOTHING;
  }

  /** {@return what separates two entries of a batch} */
  default Buffer separator() {
    return NOTHING;
  }

  /**
   * Returns what follows the entries of a batch.
   *
   * @param batch describes the batch
   * @return the bytes
   */
  default Buffer suffix(Batch batch) {
    return NOTHING;
  }
}

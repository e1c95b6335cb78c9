package io.millrace.core.reader;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Readers that have more to read. Those that are near to what is new come first. A reader that asks
 * for many old messages waits for them; they do not wait for it. Owned by the event loop.
 */
final class ReaderQueue {

  /** A reader with at most so many items to read is near, unless these are more than little. */
  static final int NEAR = 1024;

  /** A reader that reads more bytes than this at a time is not near. */
  static final int LITTLE = 16 << 10;

  /** What counts for seeing that a reader would read much. */
  static final int LOOK_BYTES = 4 << 10;

  /** What counts for each item that is passed over. */
  static final int PASSED_BYTES = 4;

  private final Set<Reader> near = new LinkedHashSet<>();
  private final Set<Reader> far = new LinkedHashSet<>();
  private final BooleanSupplier goesOn;
  private final Consumer<Reader> turn;
  private boolean servingNear;

  /**
   * Nobody waits.
   *
   * @param goesOn whether more may be read in this turn of the event loop
   * @param turn what lets a reader read on
   */
  ReaderQueue(BooleanSupplier goesOn, Consumer<Reader> turn) {
    this.goesOn = goesOn;
    this.turn = turn;
  }

  /**
   * Adds one that is not there.
   *
   * @param items about how many it has to read
   */
  void add(Reader reader, long items) {
    reader.queued = true;
    (reader.readsMuch || items > NEAR ? far : near).add(reader);
  }

  /** Removes one that has ended: nothing of it is held until its turn would have come. */
  void remove(Reader reader) {
    if (reader.queued) {
      reader.queued = false;
      if (!near.remove(reader)) {
        far.remove(reader);
      }
    }
  }

  boolean isEmpty() {
    return near.isEmpty() && far.isEmpty();
  }

  boolean hasFar() {
    return !far.isEmpty();
  }

  /** Lets those that are near read on: one of them at least, the others if they may. */
  void serveNear() {
    servingNear = true;
    try {
      serve(near);
    } finally {
      servingNear = false;
    }
  }

  /** Returns whether it is the turn of one that is near: if it would read much, it is not. */
  boolean isServingNear() {
    return servingNear;
  }

  /** Lets the others read on in the same way. */
  void serveFar() {
    serve(far);
  }

  private void serve(Set<Reader> waiting) {
    for (int i = waiting.size(); i > 0 && !waiting.isEmpty(); i--) {
      Reader reader = waiting.iterator().next();
      waiting.remove(reader);
      reader.queued = false;
      turn.accept(reader);
      if (!goesOn.getAsBoolean()) {
        break;
      }
    }
  }
}

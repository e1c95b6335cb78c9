package io.millrace.core.reader;

import io.millrace.Gap;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.Slice;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The replays of the subscriptions that were added later to a connection, one after the other. When
 * one is over, its subscriptions join those of the reader. Owned by the reader's event loop.
 */
final class Replays {

  private final LastingReader reader;

  /** Most connections never have any. */
  private List<Replay> waiting = List.of();

  Replays(LastingReader reader) {
    this.reader = reader;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(Replay replay) {
    if (waiting.isEmpty()) {
      waiting = new ArrayList<>(1);
    }
    waiting.add(replay);
  }

  /** Returns the positions of all that is still being replayed. */
  List<ReadPosition> positions() {
    return waiting.stream().flatMap(replay -> replay.positions.stream()).toList();
  }

  void remove(Collection<ReadPosition> removed) {
    waiting.forEach(replay -> replay.positions.removeAll(removed));
  }

  /** Reads on in the first one. */
  void advance(int mostEntries) {
    Replay replay = waiting.get(0);
    replay.takeGap().ifPresent(reader::tellGap);
    if (!reader.isEnded() && !replay.isDone()) {
      reader
          .shard
          .ownSlices()
          .read(
              reader,
              replay.next(mostEntries, Shard.TURN_BYTES, reader.recipient()),
              Gap.Reason.EXPIRED)
          .ifPresent(slice -> write(replay, slice));
    }
    if (!reader.isEnded() && replay.isDone()) {
      waiting.remove(0);
      reader.regroup(() -> reader.positions().addAll(replay.positions));
      replay.whenOver.run();
      reader.tell(new Signal.Done(replay.id, reader.place()));
    }
  }

  private void write(Replay replay, Slice slice) {
    replay.moveTo(slice.through());
    slice.gaps().forEach(reader::tellGap);
    List<Buffer> frames = new ArrayList<>();
    Optional<String> subscribe = Optional.of(replay.id);
    slice.entries().forEach(entry -> frames.add(reader.framing().replayed(entry, subscribe)));
    if (!frames.isEmpty() && !reader.isEnded()) {
      reader.replayed(slice.last());
      reader.write(FrameCache.join(frames));
    }
  }

  /** Gives all of them up, because the reader has ended. */
  void end() {
    List<Replay> left = waiting;
    waiting = List.of();
    for (Replay replay : left) {
      reader.shard.release(replay.positions);
      replay.whenOver.run();
    }
  }
}

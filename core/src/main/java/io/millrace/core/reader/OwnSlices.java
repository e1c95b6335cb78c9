package io.millrace.core.reader;

import io.millrace.Gap;
import io.millrace.core.log.Archive;
import io.millrace.core.log.ArchiveBlock;
import io.millrace.core.log.Slice;
import io.millrace.core.log.SliceReading;
import io.millrace.core.log.SliceRequest;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What readers of a shard that are behind read, each by itself: from the log, or what the log no
 * longer holds from the broker's own. A reader that would read much waits while others read little.
 * Owned by the event loop.
 */
final class OwnSlices {

  private final Shard shard;
  private final Optional<Archive> archive;
  private final ReaderQueue queue;

  OwnSlices(Shard shard, Optional<Archive> archive, ReaderQueue queue) {
    this.shard = shard;
    this.archive = archive;
    this.queue = queue;
  }

  /** Reads for a reader, up to where the shard is. */
  Optional<Slice> read(Reader reader, int mostEntries, int mostBytes, Gap.Reason lost) {
    return read(
        reader,
        new SliceRequest(
            reader.positions(),
            reader.cursorSeq(),
            shard.position(),
            mostEntries,
            mostBytes,
            reader.recipient()),
        lost);
  }

  /**
   * Reads for a reader.
   *
   * @param next what to read
   * @param lost the reason to give for what is held nowhere
   * @return empty if it must be read back first, or is much while others wait: the reader will be
   *     let advance again then
   */
  Optional<Slice> read(Reader reader, SliceRequest next, Gap.Reason lost) {
    shard.assertHere();
    if (reader.waiting) {
      return Optional.empty();
    }
    boolean mayBeMissing = archive.isPresent() && !reader.gaveUp;
    reader.gaveUp = false;
    Slice slice = next.read(shard.log(), mayBeMissing ? Optional.empty() : Optional.of(lost));
    if (isPutOff(reader, slice)) {
      reader.readsMuch = true;
      shard.loop().hasRead(ReaderQueue.LOOK_BYTES);
      shard.queue(reader);
      return Optional.empty();
    }
    count(reader, next, slice);
    return slice.isMissing() ? readBack(reader, next, slice.missing(), lost) : Optional.of(slice);
  }

  private boolean isPutOff(Reader reader, Slice slice) {
    boolean much = slice.bytes() > ReaderQueue.LITTLE;
    // A gap is taken from the subscription when it is read: it cannot be read twice.
    boolean again = slice.gaps().isEmpty() && !slice.isMissing();
    return much && again && !reader.readsMuch && (queue.isServingNear() || !shard.loop().mayRead());
  }

  private Optional<Slice> readBack(
      Reader reader, SliceRequest next, long missing, Gap.Reason lost) {
    Future<ArchiveBlock> block = archive.orElseThrow().block(next.after(), missing);
    if (block.succeeded()) {
      Slice readBack = next.read(block.result(), missing, lost);
      count(reader, next, readBack);
      return Optional.of(readBack);
    }
    await(reader, block);
    return Optional.empty();
  }

  /** Lets a reader advance when a block is there. Until then, nothing holds it if it ends. */
  private void await(Reader reader, Future<ArchiveBlock> block) {
    AtomicReference<@Nullable Reader> waiting = new AtomicReference<>(reader);
    reader.waiting = true;
    reader.unawaited = () -> waiting.set(null);
    shard.handle(
        block,
        result -> {
          Reader here = waiting.get();
          if (here != null) {
            here.waiting = false;
            here.gaveUp = result.failed();
            shard.queue(here);
          }
        });
  }

  private void count(Reader reader, SliceRequest next, Slice slice) {
    reader.readsMuch = slice.bytes() > ReaderQueue.LITTLE;
    long items = shard.log().numbering().items(next.after(), slice.through());
    long passed = Math.min(items, SliceReading.MOST_SCANNED);
    shard.loop().hasRead(slice.bytes() + (int) passed * ReaderQueue.PASSED_BYTES);
  }
}

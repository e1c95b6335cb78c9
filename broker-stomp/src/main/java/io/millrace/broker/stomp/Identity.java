package io.millrace.broker.stomp;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out which stream this is, from its markers. A marker that names the stream counts if it
 * refers to a marker that was read in this very stream: then whoever wrote it knew all names given
 * up to there. So a node that has not noticed yet that the stream was deleted and made again, or
 * restored to what it was before, cannot give it its old name. Of names the highest generation
 * counts, and of proposals of one generation the first. So all nodes decide alike.
 */
final class Identity {

  /** How many markers are remembered: each refers to one that its writer has just read. */
  private static final int MOST_SEEN = 10_000;

  private final Map<String, Long> seen = new LinkedHashMap<>();
  private Optional<StreamEpoch> confirmed = Optional.empty();
  private Optional<StreamEpoch> proposed = Optional.empty();
  private long highest;
  private boolean disputed;

  /** Takes a marker. */
  void read(long offset, Marker marker) {
    marker.epoch().ifPresent(epoch -> read(offset, marker, epoch));
    seen.put(marker.id(), offset);
    if (seen.size() > MOST_SEEN) {
      Iterator<String> oldest = seen.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  private void read(long offset, Marker marker, StreamEpoch epoch) {
    highest = Math.max(highest, epoch.generation());
    if (marker.founding()) {
      if (isHigher(epoch, proposed)) {
        proposed = Optional.of(epoch);
      }
    } else if (isOfThisStream(offset, marker)) {
      if (isHigher(epoch, confirmed)) {
        confirmed = Optional.of(epoch);
        disputed = false;
      } else if (epoch.generation() == confirmed.orElseThrow().generation()) {
        disputed |= !confirmed.get().equals(epoch);
      }
    }
  }

  private static boolean isHigher(StreamEpoch epoch, Optional<StreamEpoch> than) {
    return than.isEmpty() || epoch.generation() > than.get().generation();
  }

  private boolean isOfThisStream(long offset, Marker marker) {
    return marker
        .previous()
        .filter(
            previous ->
                previous.offset() < offset
                    && seen.getOrDefault(previous.id(), -1L) == previous.offset())
        .isPresent();
  }

  /** {@return the epoch, if a part of the stream that goes up to now is enough to know it} */
  Optional<StreamEpoch> known() {
    return confirmed.isPresent() ? best() : Optional.empty();
  }

  /** {@return the epoch, given that all there is was read} */
  Optional<StreamEpoch> best() {
    return proposed.filter(newer -> isHigher(newer, confirmed)).or(() -> confirmed);
  }

  /** {@return whether nodes have two names for this stream, so that it needs a third} */
  boolean isDisputed() {
    return disputed && best().equals(confirmed);
  }

  /** {@return the highest generation that any marker names, be it of another stream} */
  long highest() {
    return highest;
  }
}

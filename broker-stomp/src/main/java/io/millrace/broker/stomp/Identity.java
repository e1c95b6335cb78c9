package io.millrace.broker.stomp;

import io.millrace.internal.BoundedMap;
import java.util.Optional;

/**
 * Finds out which stream this is, from its markers. A marker that names the stream counts only if
 * it refers to a marker that was read in this same stream; then its writer knew all names up to
 * that place. So if the stream was deleted and created again, or restored from a copy, a node that
 * has not noticed it yet cannot give the stream its old name. Of several names, the one with the
 * highest generation counts; of several proposals with the same generation, the first. So all nodes
 * come to the same decision.
 */
final class Identity {

  /** How many markers are remembered. Each refers to one that its writer read just before. */
  private static final int MOST_SEEN = 10_000;

  /** Where the markers are that were read, by their ids. */
  private final BoundedMap<String, Long> seen = new BoundedMap<>(() -> MOST_SEEN);

  private Optional<RabbitStreamEpoch> confirmed = Optional.empty();
  private Optional<RabbitStreamEpoch> proposed = Optional.empty();
  private long highest;
  private boolean disputed;

  /** Takes a marker. */
  void read(long offset, Marker marker) {
    marker.epoch().ifPresent(epoch -> read(offset, marker, epoch));
    seen.put(marker.id(), offset);
  }

  private void read(long offset, Marker marker, RabbitStreamEpoch epoch) {
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

  private static boolean isHigher(RabbitStreamEpoch epoch, Optional<RabbitStreamEpoch> than) {
    return than.isEmpty() || epoch.generation() > than.get().generation();
  }

  private boolean isOfThisStream(long offset, Marker marker) {
    return marker
        .previous()
        .filter(
            previous ->
                previous.offset() < offset
                    && Long.valueOf(previous.offset()).equals(seen.get(previous.id())))
        .isPresent();
  }

  /** {@return the epoch, if the markers read so far are enough to know it} */
  Optional<RabbitStreamEpoch> known() {
    return confirmed.isPresent() ? best() : Optional.empty();
  }

  /** {@return the epoch, assuming that the whole stream was read} */
  Optional<RabbitStreamEpoch> best() {
    return proposed.filter(newer -> isHigher(newer, confirmed)).or(() -> confirmed);
  }

  /** Returns whether nodes have given this stream two names, so that it needs a third. */
  boolean isDisputed() {
    return disputed && best().equals(confirmed);
  }

  /** {@return the highest generation that any marker names, even one of another stream} */
  long highest() {
    return highest;
  }
}

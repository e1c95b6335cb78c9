package io.millrace.broker.stomp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out which stream this is, from its markers, read from the oldest on. The first marker
 * decides that names an epoch and is not merely a proposal; it must refer to a marker that was
 * there, so that a node that has not noticed yet that the stream was deleted and made anew cannot
 * give the new one the old one's name. If there is none up to now, the first proposal decides.
 */
final class Identity {

  private final Map<String, Long> seen = new HashMap<>();
  private Optional<String> proposed = Optional.empty();
  private Optional<String> confirmed = Optional.empty();
  private Optional<Long> first = Optional.empty();

  /** Takes a record that is no marker. */
  void read(long offset) {
    if (first.isEmpty()) {
      first = Optional.of(offset);
    }
  }

  /** Takes a marker. */
  void read(long offset, Marker marker) {
    read(offset);
    if (marker.epoch().isPresent()) {
      if (marker.founding()) {
        proposed = proposed.or(marker::epoch);
      } else if (isOfThisStream(offset, marker)) {
        confirmed = confirmed.or(marker::epoch);
      }
    }
    seen.put(marker.id(), offset);
  }

  private boolean isOfThisStream(long offset, Marker marker) {
    return marker
        .previous()
        .filter(
            previous ->
                previous.offset() < offset
                    && (previous.offset() < first.orElse(0L)
                        || seen.getOrDefault(previous.id(), -1L) == previous.offset()))
        .isPresent();
  }

  /** {@return the epoch, if nothing that may still come can change it} */
  Optional<String> confirmed() {
    return confirmed;
  }

  /** {@return the epoch, given that all there is was read} */
  Optional<String> best() {
    return confirmed.or(() -> proposed);
  }
}

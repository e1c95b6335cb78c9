package io.millrace.core.log;

import io.millrace.Gap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what must be told to a reader before it reads on. Used under the log's lock. */
final class Losses {

  private final long cursor;
  private final Optional<Gap.Reason> lost;

  // There are usually none, so nothing is made for them.
  private List<String> interrupted = List.of();
  private List<String> expired = List.of();
  private Map<String, Long> missed = Map.of();

  private Losses(long cursor, Optional<Gap.Reason> lost) {
    this.cursor = cursor;
    this.lost = lost;
  }

  /**
   * Takes the losses that must be told to a reader.
   *
   * @param positions where it is with its subscriptions
   * @param cursor how far it has read
   * @param lost the reason to give for what the log no longer holds; none if it should be read back
   */
  static List<Gap> take(
      Collection<ReadPosition> positions, long cursor, Optional<Gap.Reason> lost) {
    Losses losses = new Losses(cursor, lost);
    positions.forEach(losses::take);
    return losses.gaps();
  }

  private void take(ReadPosition position) {
    if (position.isInterrupted(cursor)) {
      if (position.takeLoss(cursor)) {
        interrupted = with(interrupted, position);
      }
    } else if (lost.isPresent() || position.isReplayLost(cursor)) {
      position.missed(cursor).ifPresent(number -> count(position, number));
      if (position.takeLoss(cursor)) {
        expired = with(expired, position);
      }
    }
  }

  private void count(ReadPosition position, long number) {
    missed = missed.isEmpty() ? new LinkedHashMap<>() : missed;
    missed.put(position.pattern().toString(), number);
  }

  private static List<String> with(List<String> names, ReadPosition position) {
    List<String> longer = names.isEmpty() ? new ArrayList<>() : names;
    longer.add(position.pattern().toString());
    return longer;
  }

  private List<Gap> gaps() {
    if (interrupted.isEmpty() && expired.isEmpty()) {
      return List.of();
    }
    List<Gap> gaps = new ArrayList<>(2);
    if (!interrupted.isEmpty()) {
      gaps.add(new Gap(interrupted, Gap.Reason.INTERRUPTED));
    }
    if (!expired.isEmpty()) {
      gaps.add(new Gap(expired, lost.orElse(Gap.Reason.EXPIRED), missed));
    }
    return gaps;
  }
}

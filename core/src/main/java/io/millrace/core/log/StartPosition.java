package io.millrace.core.log;

import io.millrace.Gap;
import java.util.List;
import java.util.Optional;

/**
 * Where a reader begins when it attaches: the answer to {@link ResumeFrom}.
 *
 * @param seq its cursor
 * @param gap why the requested cursor cannot be continued; losses within this epoch are instead
 *     found when reading
 * @param replayThrough the last entry that {@code last} replays; zero if there is none
 * @param head the log's newest sequence number at that moment
 * @param positions where it begins with each of its subscriptions
 */
public record StartPosition(
    long seq,
    Optional<Gap.Reason> gap,
    long replayThrough,
    long head,
    List<ReadPosition> positions) {}

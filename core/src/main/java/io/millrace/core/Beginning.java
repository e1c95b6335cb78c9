package io.millrace.core;

import io.millrace.Gap;
import java.util.Optional;

/**
 * Where a reader that attaches begins.
 *
 * @param seq its cursor
 * @param gap why what was asked for cannot be continued; losses within this epoch are found when
 *     reading instead
 * @param replayThrough the last entry of what {@code last} replays, zero if there is none
 * @param head the log's newest sequence at that moment
 */
record Beginning(long seq, Optional<Gap.Reason> gap, long replayThrough, long head) {}

package io.millrace.spi;

import io.millrace.Cursor;
import io.millrace.Gap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Describes one answer to a poll.
 *
 * @param cursor how far the client has read once it has the answer
 * @param gap what it may have missed before the first message
 * @param more whether more messages are available already, so that the client should ask at once
 * @param degraded whether the broker is out of reach
 * @param presence who is present, on each channel for which the client has asked
 * @param nextPoll when to ask again, for a client that polls without waiting
 */
public record Batch(
    Cursor cursor,
    Optional<Gap> gap,
    boolean more,
    boolean degraded,
    List<Signal.Presence> presence,
    Optional<Duration> nextPoll) {}

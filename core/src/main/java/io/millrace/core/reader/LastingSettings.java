package io.millrace.core.reader;

import io.millrace.ChannelPattern;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The settings of a reader that stays.
 *
 * @param heartbeat after how much silence to send a heartbeat
 * @param stall after how long a client is disconnected that takes nothing, or is not heard
 * @param retry when the client should reconnect, if it must
 * @param recycleBytes after how many bytes the connection is ended; zero for never
 * @param recycleAge after how long the connection is ended; zero for never
 * @param padding how many bytes that clients ignore come first
 * @param slowEnds whether a reader that fell behind the log is ended instead of receiving a gap
 *     notice on a channel or pattern
 * @param expiryGrace for how long after their expiry credentials still count
 * @param limits makes the limits that are announced to the client, when they are sent, because they
 *     are not needed later
 */
public record LastingSettings(
    Duration heartbeat,
    Duration stall,
    Duration retry,
    long recycleBytes,
    Duration recycleAge,
    int padding,
    Predicate<ChannelPattern> slowEnds,
    Duration expiryGrace,
    Supplier<JsonObject> limits) {}

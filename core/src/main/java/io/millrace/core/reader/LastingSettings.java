package io.millrace.core.reader;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The settings of a reader that stays.
 *
 * @param heartbeat after how much silence to send a heartbeat
 * @param stall after how long without taking a byte a client is disconnected
 * @param retry when the client should reconnect, if it must
 * @param recycleBytes after how many bytes the connection is ended; zero for never
 * @param slowEnds whether a reader that fell behind the log is ended instead of receiving a gap
 *     notice
 * @param limits makes the limits that are announced to the client, when they are sent, because they
 *     are not needed later
 */
public record LastingSettings(
    Duration heartbeat,
    Duration stall,
    Duration retry,
    long recycleBytes,
    boolean slowEnds,
    Supplier<JsonObject> limits) {}

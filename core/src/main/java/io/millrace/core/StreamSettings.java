package io.millrace.core;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What a reader that stays goes by.
 *
 * @param heartbeat after how much silence to say that all is well
 * @param stall after how long without taking a byte a client is given up
 * @param retry when the client is told to reconnect, if it must
 * @param recycleBytes after how many bytes the connection is ended, zero for never
 * @param slowEnds whether a reader that the log has left behind is ended instead of being told a
 *     gap
 * @param limits what the client is told of limits, made when it is: nobody needs it later
 */
record StreamSettings(
    Duration heartbeat,
    Duration stall,
    Duration retry,
    long recycleBytes,
    boolean slowEnds,
    Supplier<JsonObject> limits) {}

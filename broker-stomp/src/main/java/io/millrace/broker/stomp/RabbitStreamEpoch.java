package io.millrace.broker.stomp;

/**
 * The name that nodes give to a stream. A node that finds that the stream is not what it was
 * proposes a name of the next generation.
 *
 * @param name the epoch of cursors
 * @param generation higher than that of any earlier name
 */
record RabbitStreamEpoch(String name, long generation) {}

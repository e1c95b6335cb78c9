package io.millrace.broker.stomp;

/**
 * What nodes call a stream. Who finds that the stream is not, or no longer, what it was founds the
 * next generation.
 *
 * @param name the epoch of cursors
 * @param generation higher than that of any name before
 */
record StreamEpoch(String name, long generation) {}

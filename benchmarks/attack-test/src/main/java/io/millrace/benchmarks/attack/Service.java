package io.millrace.benchmarks.attack;

/**
 * What honest clients got.
 *
 * @param delivered messages that arrived
 * @param lost messages that did not, including those that were refused
 * @param doubled messages that arrived again
 * @param refused messages that the server refused, or that could not be sent
 * @param reconnects how often a reader had to reconnect
 * @param p50 milliseconds from sending to reading, the median
 * @param p99 the 99th percentile
 * @param max the maximum
 */
record Service(
    long delivered,
    int lost,
    int doubled,
    int refused,
    int reconnects,
    double p50,
    double p99,
    double max) {}

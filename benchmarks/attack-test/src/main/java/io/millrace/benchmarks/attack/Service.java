package io.millrace.benchmarks.attack;

/**
 * What honest clients got.
 *
 * @param delivered messages that came
 * @param lost messages that did not; those that were refused are among them
 * @param doubled messages that came again
 * @param refused messages that the server refused, or that could not be sent
 * @param reconnects how often a reader had to connect again
 * @param p50 milliseconds from sending to reading, the median
 * @param p99 of 99 in a hundred
 * @param max of all
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

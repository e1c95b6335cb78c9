/**
 * Two servers on one stream of RabbitMQ, killed in turn, and clients that must not notice.
 *
 * <p>{@link io.millrace.benchmarks.chaos.Chaos} starts it all, publishes, makes trouble, and counts
 * what every client was sent.
 */
@NullMarked
package io.millrace.benchmarks.chaos;

import org.jspecify.annotations.NullMarked;

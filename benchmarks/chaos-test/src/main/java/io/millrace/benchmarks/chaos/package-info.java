/**
 * Two servers on one stream of RabbitMQ are killed in turn, and clients must not notice.
 *
 * <p>{@link io.millrace.benchmarks.chaos.Chaos} starts everything, publishes, makes trouble, and
 * counts what every client was sent.
 */
@NullMarked
package io.millrace.benchmarks.chaos;

import org.jspecify.annotations.NullMarked;

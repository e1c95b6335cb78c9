/**
 * Measures Millrace beside its peers, with one load client.
 *
 * <p>{@link io.millrace.benchmarks.Benchmarks} starts each server as a process of its own, connects
 * the readers of a {@code Scenario}, makes the server publish, counts what arrives, and asks the
 * operating system how much it cost.
 */
@NullMarked
package io.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;

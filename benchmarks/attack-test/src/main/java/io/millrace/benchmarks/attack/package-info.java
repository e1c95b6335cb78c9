/**
 * Measures what a stranger can make a node hold or do: a server is attacked while honest clients
 * use it.
 *
 * <p>{@link io.millrace.benchmarks.attack.Attacks} runs everything. An {@link
 * io.millrace.benchmarks.attack.Attack} is one row of the report; a {@link
 * io.millrace.benchmarks.attack.Trial} carries it out against its own server.
 */
@NullMarked
package io.millrace.benchmarks.attack;

import org.jspecify.annotations.NullMarked;

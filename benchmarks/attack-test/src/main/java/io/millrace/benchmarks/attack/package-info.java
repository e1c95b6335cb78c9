/**
 * What a stranger can make a node hold or do: a server that is attacked, and honest clients beside
 * it.
 *
 * <p>{@link io.millrace.benchmarks.attack.Attacks} runs it all. An {@link
 * io.millrace.benchmarks.attack.Attack} is one row of the report, a {@link
 * io.millrace.benchmarks.attack.Trial} carries it out against a server of its own.
 */
@NullMarked
package io.millrace.benchmarks.attack;

import org.jspecify.annotations.NullMarked;

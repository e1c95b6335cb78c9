/** A peer to compare with. */
@NullMarked
package io.millrace.benchmarks.cometd;

import org.jspecify.annotations.NullMarked;

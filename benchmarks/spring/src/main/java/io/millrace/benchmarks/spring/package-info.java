/** A peer to compare with. */
@NullMarked
package io.millrace.benchmarks.spring;

import org.jspecify.annotations.NullMarked;

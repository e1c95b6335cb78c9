/** Lets benchmarks at what is package-private. */
@NullMarked
package io.millrace.transport.stream;

import org.jspecify.annotations.NullMarked;

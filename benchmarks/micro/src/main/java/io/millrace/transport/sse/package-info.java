/** Lets benchmarks at what is package-private. */
@NullMarked
package io.millrace.transport.sse;

import org.jspecify.annotations.NullMarked;

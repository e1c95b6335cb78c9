/** Gives benchmarks access to package-private members. */
@NullMarked
package io.millrace.transport.sse;

import org.jspecify.annotations.NullMarked;

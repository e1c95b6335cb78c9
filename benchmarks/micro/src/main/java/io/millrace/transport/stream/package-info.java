/** Gives benchmarks access to package-private members. */
@NullMarked
package io.millrace.transport.stream;

import org.jspecify.annotations.NullMarked;

/** Carries messages over HTTP streaming of newline-delimited JSON. */
@NullMarked
package io.millrace.transport.stream;

import org.jspecify.annotations.NullMarked;

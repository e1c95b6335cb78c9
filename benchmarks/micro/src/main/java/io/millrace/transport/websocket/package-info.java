/** Gives benchmarks access to package-private members. */
@NullMarked
package io.millrace.transport.websocket;

import org.jspecify.annotations.NullMarked;

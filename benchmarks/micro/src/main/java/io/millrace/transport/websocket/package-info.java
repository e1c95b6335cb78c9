/** Lets benchmarks at what is package-private. */
@NullMarked
package io.millrace.transport.websocket;

import org.jspecify.annotations.NullMarked;

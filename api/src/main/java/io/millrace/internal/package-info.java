/**
 * Code that modules of Millrace share. It is not an API: it may change or disappear at any time.
 *
 * <p>Most of it writes to connections. Read {@link io.millrace.internal.Unsent} first: it counts
 * what clients have not read. {@link io.millrace.internal.WriteQueue} limits what Vert.x holds for
 * one of them. {@link io.millrace.internal.ChunkedBody} writes past Vert.x, with the help of {@link
 * io.millrace.internal.SharedBytes} and {@link io.millrace.internal.IdleWatch}. {@link
 * io.millrace.internal.Responses} notices when a response closes. {@link
 * io.millrace.internal.HeapShares} and {@link io.millrace.internal.Origins} serve options.
 */
@NullMarked
package io.millrace.internal;

import org.jspecify.annotations.NullMarked;

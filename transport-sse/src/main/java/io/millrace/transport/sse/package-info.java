/** Carries messages over server-sent events. */
@NullMarked
package io.millrace.transport.sse;

import org.jspecify.annotations.NullMarked;

/** A transport of one's own. */
@NullMarked
package io.millrace.samples.transport;

import org.jspecify.annotations.NullMarked;

/** A transport of your own. */
@NullMarked
package io.millrace.samples.transport;

import org.jspecify.annotations.NullMarked;

/** A broker of one's own. */
@NullMarked
package io.millrace.samples.broker;

import org.jspecify.annotations.NullMarked;

/** A broker of your own. */
@NullMarked
package io.millrace.samples.broker;

import org.jspecify.annotations.NullMarked;

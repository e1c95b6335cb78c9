/** A chat, a live feed, and the transports side by side. */
@NullMarked
package io.millrace.samples.demo;

import org.jspecify.annotations.NullMarked;

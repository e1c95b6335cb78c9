/** The log, its readers, and the router in front of them. */
@NullMarked
package io.millrace.core;

import org.jspecify.annotations.NullMarked;

/**
 * Code that modules of Millrace share. It is not an API: it may change or disappear at any time.
 */
@NullMarked
package io.millrace.internal;

import org.jspecify.annotations.NullMarked;

/** What modules of Millrace share. Not promised: it may change or go at any time. */
@NullMarked
package io.millrace.internal;

import org.jspecify.annotations.NullMarked;

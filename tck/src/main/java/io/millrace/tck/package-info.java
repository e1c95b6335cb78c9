/** Contract tests that every transport and every broker passes. */
@NullMarked
package io.millrace.tck;

import org.jspecify.annotations.NullMarked;

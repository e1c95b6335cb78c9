/** What the build says of the whole. */
@NullMarked
package io.millrace.checks;

import org.jspecify.annotations.NullMarked;

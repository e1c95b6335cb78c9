/** What the build says about the whole project. */
@NullMarked
package io.millrace.checks;

import org.jspecify.annotations.NullMarked;

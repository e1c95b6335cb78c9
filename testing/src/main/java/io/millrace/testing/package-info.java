/** Support for tests of several modules. */
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;

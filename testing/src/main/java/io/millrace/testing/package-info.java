/**
 * What the tests of several of Millrace's modules share, and nobody else needs: Chromium and a
 * watch on the log. Not published. What users need for their own tests, such as networks that fail,
 * is in the module {@code testkit}.
 */
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;

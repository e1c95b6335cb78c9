/** What a transport or a broker implements. */
@NullMarked
package io.millrace.spi;

import org.jspecify.annotations.NullMarked;

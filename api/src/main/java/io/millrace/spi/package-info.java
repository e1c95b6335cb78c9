/** For authors of transports and brokers. */
@NullMarked
package io.millrace.spi;

import org.jspecify.annotations.NullMarked;

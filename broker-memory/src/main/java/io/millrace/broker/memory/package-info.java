/** The broker of a single node. */
@NullMarked
package io.millrace.broker.memory;

import org.jspecify.annotations.NullMarked;

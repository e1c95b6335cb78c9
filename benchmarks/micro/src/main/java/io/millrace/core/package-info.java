/** JMH benchmarks of the parts of a node. */
@NullMarked
package io.millrace.core;

import org.jspecify.annotations.NullMarked;

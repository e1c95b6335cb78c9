/** JMH benchmarks of the engine's parts, in its package for the sake of what is package-private. */
@NullMarked
package io.millrace.core;

import org.jspecify.annotations.NullMarked;

/**
 * JMH benchmarks of the engine's parts, in its package because they use package-private members.
 */
@NullMarked
package io.millrace.core;

import org.jspecify.annotations.NullMarked;

/** JMH benchmarks of how requests are read, in the package whose members they use. */
@NullMarked
package io.millrace.core.http;

import org.jspecify.annotations.NullMarked;

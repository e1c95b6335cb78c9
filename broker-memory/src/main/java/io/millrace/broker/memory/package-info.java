/**
 * The broker of a single node. Nothing travels: what is published is appended to the node's log at
 * once, and that log is the only place where it is kept. It ends with the process.
 */
@NullMarked
package io.millrace.broker.memory;

import org.jspecify.annotations.NullMarked;

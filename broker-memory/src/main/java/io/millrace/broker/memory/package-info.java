/**
 * The broker of a single node. It sends nothing anywhere: a message that is published is appended
 * to the node's log at once. The message is held only there, and is gone when the process ends.
 */
@NullMarked
package io.millrace.broker.memory;

import org.jspecify.annotations.NullMarked;

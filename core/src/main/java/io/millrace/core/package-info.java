/**
 * Assembles a node from the packages below, and takes it down.
 *
 * <p>Each package uses only those before it: {@code log} holds what was published, {@code broker}
 * deals with the broker, {@code reader} delivers, {@code http} takes requests. {@link NodeBuilder}
 * finds the transports and the broker. {@link MillraceNode} makes the parts of a node and connects
 * them; it is what applications see as {@link io.millrace.Millrace}.
 *
 * <p>The module exports nothing. In the packages below, {@code public} means that another of them
 * uses something.
 *
 * <p>Read {@link MillraceNode} first, then the packages in the order above. {@code
 * docs/architecture.md} explains the ideas.
 */
@NullMarked
package io.millrace.core;

import org.jspecify.annotations.NullMarked;

/**
 * Who is present on the channels, on all nodes.
 *
 * <p>Whoever is attached to a channel by its name is present there: an {@link Attendee} that stays,
 * or a {@link Visitor} that takes one batch after the other. {@link Rooms} knows them all, a {@link
 * Room} for each channel. It belongs to the node's own event loop. What it knows of a channel is
 * published as a {@link View}, which any thread may read, and of which a {@link Watch} tells a
 * reader what is new.
 *
 * <p>Nodes tell each other through {@code Control} who is present at each: {@link OwnNews} says
 * what has changed here, and from time to time that this node is still there; {@link OtherNodes}
 * hears it, and asks for everything if something was missed.
 *
 * <p>Read {@link Rooms}, {@link Room} and {@link View} first, then {@link OtherNodes}.
 */
@NullMarked
package io.millrace.core.presence;

import org.jspecify.annotations.NullMarked;

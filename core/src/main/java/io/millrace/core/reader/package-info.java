/**
 * Readers, and the event loops that serve them.
 *
 * <p>Everybody who wants to read comes in at the {@link Entrance} and gets a {@link Lease}: what it
 * holds at the broker and in the log until a reader takes it over, or until it is given back.
 *
 * <p>A {@link Reader} is a set of channels and a cursor, whatever carries its bytes. {@link
 * ReaderLoops} finds the part of the node that belongs to an event loop, {@link ReaderLoop}, whose
 * shards take turns. In its turn, a {@link Shard} reads what is new in the log and gives it to
 * audiences: what is pending for one reader of an {@link Audience} is pending for all, so it is
 * framed and joined once. A reader that is behind leaves its audience and reads the log by itself,
 * in slices, until it is up to date. Everything here belongs to one event loop, so nothing is
 * locked.
 *
 * <p>Read {@link Reader}, {@link Shard} and {@link Audience} first. Then the three kinds of
 * readers: {@link LastingReader} with its {@link Replays} and its {@link Pulse}, {@link
 * BatchReader}, {@link SubscriberReader}. Then how they come to be, {@link Lease}, and how many
 * leave at a time, {@link Departure}. Then what those that are behind read: {@link OwnSlices},
 * {@link ReaderQueue}, {@link SharedSlices}. Then what readers share: {@link Audiences}, {@link
 * FrameCache}, {@link Wheel}, {@link Pace}.
 */
@NullMarked
package io.millrace.core.reader;

import org.jspecify.annotations.NullMarked;

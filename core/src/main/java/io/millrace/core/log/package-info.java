/**
 * What a node holds of its channels, and what a reader may be given of it.
 *
 * <p>All channels share one {@linkplain Numbering numbering}. An entry takes the next number, and
 * joins its channel and the ring that all channels share; retention decides what is dropped. Each
 * channel has a mark: the highest number that it no longer holds, or that may never have arrived.
 * The marks prove whether a cursor can be continued. If it cannot, the reader receives a gap notice
 * before anything else. What the broker's own log still has is read back instead.
 *
 * <p>Read {@link Log} first, with {@link LogEntry}, {@link Sources}, {@link ChannelLog} and {@link
 * Retention}. Then who reads: {@link Readership}. Then where reading begins: {@link
 * ReaderSubscription} and {@link ResumeFrom} are what a client asks for, {@link Survey} and {@link
 * StartPositions} find the answer, {@link StartPosition} is the answer. Then how it continues:
 * {@link ReadPosition}, {@link SliceReading}, {@link Chosen}, {@link Slice}, {@link Losses}. Then
 * the marks: {@link LogSource}, {@link PatternLog}, {@link ForgottenMarks}. Last, the broker's own
 * log: {@link Archive}, {@link RecordKeys}, {@link CatchUp}.
 */
@NullMarked
package io.millrace.core.log;

import org.jspecify.annotations.NullMarked;

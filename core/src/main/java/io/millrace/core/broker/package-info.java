/**
 * What a node does with its broker, in both directions.
 *
 * <p>A message goes out through {@link Publishing}. {@link KeyTable} publishes the same key once,
 * and {@link Unanswered} bounds what waits for the broker's answer. A message comes back through
 * {@link NodeIngress}, and only then is it appended to the log, so all nodes see the broker's
 * order.
 *
 * <p>{@link BrokerSubscriptions} subscribes the whole node once to each name or pattern. {@link
 * HeldSubscriptions} knows which of them overlap, and {@link UnreadSubscriptions} keeps each for a
 * while after its last reader has left. If the broker's own log is replaced by another one, {@link
 * Succession} makes all readers leave, and enter again later.
 *
 * <p>Read {@link Publishing} and {@link NodeIngress} first, then {@link BrokerSubscriptions}, then
 * {@link Succession}.
 */
@NullMarked
package io.millrace.core.broker;

import org.jspecify.annotations.NullMarked;

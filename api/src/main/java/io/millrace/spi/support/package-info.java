/**
 * Help for authors of transports and brokers. No plug-in has to use it, and the node calls none of
 * it: the contract is {@link io.millrace.spi}.
 *
 * <p>For a transport, in the order in which a request meets them:
 *
 * <ol>
 *   <li>{@link io.millrace.spi.support.HeaderElement} reads header fields such as {@code Accept}.
 *   <li>{@link io.millrace.spi.support.ResponseOutlet} begins a streamed response, with the headers
 *       that keep caches and proxies from holding it back, and writes into it.
 *   <li>{@link io.millrace.spi.support.JsonFrames} has the JSON forms of entries and signals.
 * </ol>
 *
 * <p>For a broker:
 *
 * <ul>
 *   <li>{@link io.millrace.spi.support.MessageHeaders} turns a message into string headers and
 *       bytes, and back.
 *   <li>A broker that keeps one link to a server finds more in {@link io.millrace.spi.remote}.
 * </ul>
 */
@NullMarked
package io.millrace.spi.support;

import org.jspecify.annotations.NullMarked;

/**
 * Chromium opens a page behind networks that fail in all usual ways, and what it receives is
 * counted; the same with Millrace's peers.
 *
 * <p>{@link io.millrace.benchmarks.fallback.Fallback} runs the {@link
 * io.millrace.benchmarks.fallback.Rows}, each by a {@link io.millrace.benchmarks.fallback.Visit}:
 * Chromium, a network, a middlebox, and the server of a {@link
 * io.millrace.benchmarks.fallback.Peer}.
 */
@NullMarked
package io.millrace.benchmarks.fallback;

import org.jspecify.annotations.NullMarked;

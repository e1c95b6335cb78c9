/**
 * Networks and proxies that fail on demand, for Millrace's tests and for yours. Nothing here needs
 * to know Millrace.
 *
 * <ul>
 *   <li>{@link io.millrace.testkit.FaultProxy} is a network: it carries the bytes of any protocol,
 *       and can be slow, cut, silent or dead.
 *   <li>{@link io.millrace.testkit.Middlebox} is a proxy on the way: it understands HTTP/1.1 and
 *       WebSocket upgrades, and treats chosen {@linkplain io.millrace.testkit.Requests requests}
 *       badly, by a {@link io.millrace.testkit.Fault}.
 *   <li>{@link io.millrace.testkit.LocalProxy} is a real nginx, HAProxy or Apache httpd with the
 *       configuration of a test, if the machine has one ({@link io.millrace.testkit.Needed}).
 * </ul>
 *
 * <p>They can be put behind one another: a browser, a {@code FaultProxy} with a latency, a {@code
 * Middlebox} that buffers, the server.
 *
 * <p>This module is published. What only Millrace's own tests share, such as Chromium and a watch
 * on the log, is in the module {@code testing}, which is not published; contract tests for plug-ins
 * are in {@code tck}. Both use this module.
 */
@NullMarked
package io.millrace.testkit;

import org.jspecify.annotations.NullMarked;

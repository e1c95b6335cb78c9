/**
 * The part that every server under test contains: a publisher, and the small protocol with which
 * the load client commands it. It depends only on the JDK, so that it does not disturb the class
 * path of any server.
 *
 * <p>The server prints {@code ready <port> <control port>} and takes one connection on the control
 * port; it exits when that connection ends. The ids of processes may follow, {@code ready <port>
 * <control port> <pid>…}: then their CPU and memory count instead of its own. Lines go both ways:
 *
 * <pre>
 * client: publish channels=1 size=128 rate=0 window=64 millis=3000
 * client: ack 8                       all readers have everything up to round 8
 * server: published 4711              that many rounds, one message to each channel in each
 * client: collect                     server: collected &lt;heap bytes in use after a collection&gt;
 * </pre>
 */
@NullMarked
package io.millrace.benchmarks.control;

import org.jspecify.annotations.NullMarked;

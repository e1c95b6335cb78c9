/**
 * For authors of brokers that keep one link to a server: connecting, and connecting again, to one
 * of several hosts; what may be published ahead; options, URIs. What is left to write is the
 * protocol, in four parts:
 *
 * <ul>
 *   <li>a {@link io.millrace.spi.link.Link}, one connection;
 *   <li>a {@link io.millrace.spi.link.LinkFactory}, which makes one;
 *   <li>a {@link io.millrace.spi.link.LinkUser}, which publishes and subscribes over whichever is
 *       there, and tells the node of outages;
 *   <li>a {@link io.millrace.spi.link.LinkBroker}, the provider, with its {@link
 *       io.millrace.spi.link.LinkOptions}.
 * </ul>
 *
 * A server that ends the link on which it refuses something is asked on others: {@link
 * io.millrace.spi.link.Trials} tries out what may be refused, {@link
 * io.millrace.spi.link.Publishers} publishes.
 *
 * <p>The broker, given the rest, is no more than this:
 *
 * <pre>{@code
 * public final class NatsBroker extends LinkBroker {
 *
 *   private final NatsOptions options;
 *
 *   public NatsBroker(NatsOptions options) {
 *     super(options);
 *     this.options = new NatsOptions(options);
 *   }
 *
 *   @Override
 *   public String name() {
 *     return "nats";
 *   }
 *
 *   @Override
 *   public Future<Void> open(Ingress ingress) {
 *     Vertx vertx = ingress.vertx();
 *     return open(
 *         new LinkKeeper<>(
 *             vertx, options.hosts(), host -> NatsLink.connect(vertx, host, options)),
 *         new NatsSubjects(ingress, options, skipCounter()));
 *   }
 * }
 * }</pre>
 *
 * <p>Other brokers need nothing of this, see {@link io.millrace.spi.Broker}.
 */
@NullMarked
package io.millrace.spi.link;

import org.jspecify.annotations.NullMarked;

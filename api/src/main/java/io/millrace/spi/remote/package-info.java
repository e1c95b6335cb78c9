/**
 * For authors of brokers that keep one connection to a server. <strong>It is not stable
 * yet</strong>: until other brokers have been written with it, any version may change it. This
 * package connects and reconnects to one of several hosts, limits what is published and not
 * confirmed yet, and reads options and URIs. You write the protocol, in four parts:
 *
 * <ul>
 *   <li>a {@link io.millrace.spi.remote.BrokerConnection}, one connection;
 *   <li>a {@link io.millrace.spi.remote.Connector}, which makes one;
 *   <li>a {@link io.millrace.spi.remote.TopicProtocol}, which makes the requests for {@link
 *       io.millrace.spi.remote.Topics}; or, if the server has no topics, a {@link
 *       io.millrace.spi.remote.Messaging} of your own, which publishes and subscribes over the
 *       current connection, and reports outages to the node;
 *   <li>a {@link io.millrace.spi.remote.RemoteBroker}, the provider, with its {@link
 *       io.millrace.spi.remote.RemoteBrokerOptions}.
 * </ul>
 *
 * Some servers end the connection on which they refuse something. Such requests go over other
 * connections: {@link io.millrace.spi.remote.Trials} makes those that may be refused, and {@link
 * io.millrace.spi.remote.Publishers} publishes. After an outage, {@link
 * io.millrace.spi.remote.Window} makes all subscriptions again, a few at a time.
 *
 * <p>With these parts, the broker is no more than this:
 *
 * <pre>{@code
 * public final class NatsBroker extends RemoteBroker {
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
 *     Reconnector<NatsConnection> reconnector =
 *         new Reconnector<>(
 *             vertx, options.hosts(), host -> NatsConnection.connect(vertx, host, options));
 *     return open(
 *         reconnector,
 *         new Topics<>(
 *             new NatsSubjects(options), ingress, options, skipCounter(), reconnector::another));
 *   }
 * }
 * }</pre>
 *
 * <p>Other brokers do not need this package, see {@link io.millrace.spi.Broker}.
 */
@NullMarked
package io.millrace.spi.remote;

import org.jspecify.annotations.NullMarked;

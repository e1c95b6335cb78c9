package io.millrace.broker.stomp;

import io.millrace.spi.remote.Connector;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;

/** Makes connections over TCP or TLS. */
final class StompConnector implements Connector<StompBrokerConnection> {

  private static final String VERIFY = "HTTPS";

  private final Vertx vertx;
  private final StompBrokerOptions options;
  private final NetClient client;

  StompConnector(Vertx vertx, StompBrokerOptions options) {
    this.vertx = vertx;
    this.options = options;
    NetClientOptions net =
        new NetClientOptions(options.net())
            .setConnectTimeout((int) Math.min(options.connectTimeout().toMillis(), 1 << 30));
    // Vert.x must be given an algorithm, and does not connect at all without SSL options.
    if (net.isSsl()
        && (net.getSslOptions() == null || net.getHostnameVerificationAlgorithm() == null)) {
      net.setHostnameVerificationAlgorithm(VERIFY);
    }
    this.client = vertx.createNetClient(net);
  }

  @Override
  public Future<StompBrokerConnection> connect(HostAndPort host) {
    return StompBrokerConnection.connect(vertx, client, host, options);
  }

  @Override
  public Future<Void> close() {
    return client.close();
  }
}

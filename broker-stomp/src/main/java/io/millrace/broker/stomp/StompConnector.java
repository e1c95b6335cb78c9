package io.millrace.broker.stomp;

import io.millrace.spi.remote.Connector;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;

/** Makes connections over TCP or TLS. */
final class StompConnector implements Connector<StompBrokerConnection> {

  private final Vertx vertx;
  private final StompBrokerOptions options;
  private final NetClient client;

  StompConnector(Vertx vertx, StompBrokerOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.client =
        vertx.createNetClient(
            new NetClientOptions(options.net())
                .setConnectTimeout((int) Math.min(options.connectTimeout().toMillis(), 1 << 30)));
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

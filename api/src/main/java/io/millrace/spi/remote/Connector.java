package io.millrace.spi.remote;

import io.vertx.core.Future;
import io.vertx.core.net.HostAndPort;

/**
 * Makes connections, for a {@link Reconnector}.
 *
 * @param <C> the connection that it makes
 */
@FunctionalInterface
public interface Connector<C extends BrokerConnection> {

  /**
   * Connects. Called on the context on which the connection is to be used.
   *
   * @param host one of the hosts
   * @return completes when the connection can be used. If it fails while a node starts, the failure
   *     decides what follows. The start fails with a {@link BrokerException} (the server refuses,
   *     or does not speak the protocol), with an error of TLS, unless the peer hung up, and with an
   *     option or file that cannot be used. After any other failure, the next host is tried. The
   *     future must not stay open forever
   */
  Future<C> connect(HostAndPort host);

  /**
   * Releases what connections are made with. Called once, after the last connection was closed.
   *
   * @return completes when it is done; at once by default
   */
  default Future<Void> close() {
    return Future.succeededFuture();
  }
}

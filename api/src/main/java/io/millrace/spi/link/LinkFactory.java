package io.millrace.spi.link;

import io.vertx.core.Future;
import io.vertx.core.net.HostAndPort;

/**
 * Makes links, for a {@link LinkKeeper}.
 *
 * @param <L> what it makes
 */
@FunctionalInterface
public interface LinkFactory<L extends Link> {

  /**
   * Connects. Called on the context on which the link is to be used.
   *
   * @param host one of the hosts
   * @return completes when the link can be used. What it fails with decides what becomes of a node
   *     that starts: a {@link LinkException}, if the server refused or does not speak the protocol,
   *     fails the start; so does what is wrong with TLS, but for a peer that hung up, and an option
   *     or file that cannot be used; after anything else the next host is tried. It must not stay
   *     open for ever
   */
  Future<L> connect(HostAndPort host);

  /**
   * Lets go of what links are made with. Called once, after the last link was closed.
   *
   * @return completes when it is done; at once by default
   */
  default Future<Void> close() {
    return Future.succeededFuture();
  }
}

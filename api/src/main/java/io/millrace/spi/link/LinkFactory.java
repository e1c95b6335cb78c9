package io.millrace.spi.link;

import io.vertx.core.Future;
import io.vertx.core.file.FileSystemException;
import io.vertx.core.net.HostAndPort;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;

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
   * @return completes when the link can be used; fails with a {@link LinkException} if the server
   *     refused or does not speak the protocol, and with anything else if it is out of reach. It
   *     must not stay open for ever
   */
  Future<L> connect(HostAndPort host);

  /**
   * Returns whether no other attempt would mend a failure to connect. As the first thing that a
   * node meets it fails the start. Once it was well, it is taken for a server that starts.
   *
   * @param failure of {@link #connect}
   * @return by default true for a {@link LinkException}, for what is wrong with TLS, unless the
   *     peer hung up, and for an option or file that cannot be used
   */
  default boolean isLasting(Throwable failure) {
    if (failure instanceof SSLException) {
      Throwable root = failure;
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        root = cause;
      }
      // A peer that hangs up during the handshake may be about to start.
      return !(root instanceof ClosedChannelException);
    }
    return failure instanceof LinkException
        || failure instanceof FileSystemException
        || failure instanceof IllegalArgumentException
        || failure instanceof GeneralSecurityException;
  }

  /**
   * Lets go of what links are made with. Called once, after the last link was closed.
   *
   * @return completes when it is done; at once by default
   */
  default Future<Void> close() {
    return Future.succeededFuture();
  }
}

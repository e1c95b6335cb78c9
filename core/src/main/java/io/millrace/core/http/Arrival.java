package io.millrace.core.http;

import io.millrace.core.reader.Lease;
import io.millrace.spi.Transport;
import io.vertx.ext.web.RoutingContext;

/**
 * A client on its way from its request to its reader, and everything that it takes. Used on its
 * event loop.
 *
 * @param context its request
 * @param transport what will carry its messages
 * @param asked what it asks for
 * @param lease its subscriptions
 * @param share what it takes of shared limits, until it is gone
 */
record Arrival(
    RoutingContext context,
    Transport transport,
    AttachRequest asked,
    Lease lease,
    ClientShare share) {

  /** Gives everything back, if no reader has it. May be called again. */
  void giveBack() {
    lease.close();
    share.leave();
  }
}

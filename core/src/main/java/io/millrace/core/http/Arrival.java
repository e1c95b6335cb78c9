package io.millrace.core.http;

import io.millrace.Client;
import io.millrace.core.reader.Lease;
import io.millrace.spi.Transport;
import io.vertx.ext.web.RoutingContext;

/**
 * A client on its way from its request to its reader, and everything that it takes. Owned by its
 * event loop.
 */
final class Arrival {

  /** Its request. */
  final RoutingContext context;

  /** What will carry its messages. */
  final Transport transport;

  /** What it asks for. */
  final AttachRequest asked;

  /** Its subscriptions. */
  final Lease lease;

  /** What it takes of shared limits, until it is gone. */
  final ClientShare share;

  private Client client = Client.anonymous();
  private long version;

  Arrival(
      RoutingContext context,
      Transport transport,
      AttachRequest asked,
      Lease lease,
      ClientShare share) {
    this.context = context;
    this.transport = transport;
    this.asked = asked;
    this.lease = lease;
    this.share = share;
  }

  /** Notes who it is, before permissions are asked for. */
  void identify(Client known, Revocations revocations) {
    client = known;
    version = revocations.version(known);
  }

  /** Returns who it is. */
  Client client() {
    return client;
  }

  /** Returns whether something was taken away from its user since it was identified. */
  boolean isOutdated(Revocations revocations) {
    return version != revocations.version(client);
  }

  /** Gives everything back, if no reader has it. May be called again. */
  void giveBack() {
    lease.close();
    share.leave();
  }
}

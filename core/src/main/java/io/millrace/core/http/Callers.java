package io.millrace.core.http;

import io.millrace.Client;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves requests that attach nothing, once it is known who sends them. While that is being found
 * out, they count as clients.
 */
final class Callers {

  private final Identity identity;
  private final Attaching attaching;

  Callers(Identity identity, Attaching attaching) {
    this.identity = identity;
    this.attaching = attaching;
  }

  /** Returns whether that is work for the application. */
  boolean areAsked() {
    return identity.asks();
  }

  /**
   * Finds out who sends a request.
   *
   * @param next what is done then; if it throws, the request has failed
   * @throws io.millrace.MillraceException if there is no room for it to wait
   */
  void identified(RoutingContext context, Runnable next) {
    Future<Client> client = identity.ofSender(context);
    if (client.succeeded()) {
      next.run();
    } else if (client.failed()) {
      context.fail(client.cause());
    } else if (!context.response().ended()) { // Unless the application has answered it already.
      await(context, client, next);
    }
  }

  private void await(RoutingContext context, Future<Client> client, Runnable next) {
    ClientShare share = attaching.admit(context);
    try {
      share.hold(ConnectionFootprint.client(context, true));
    } catch (RuntimeException | Error e) {
      share.leave();
      throw e;
    }
    HttpServerRequest request = context.request();
    if (!request.isEnded()) {
      request.pause();
    }
    int watch = context.addEndHandler(gone -> share.leave());
    client.onComplete(
        known -> {
          context.removeEndHandler(watch);
          share.leave();
          if (context.response().ended() || context.response().closed()) {
            return;
          }
          if (known.failed()) {
            request.resume();
            context.fail(known.cause());
            return;
          }
          try {
            next.run();
          } catch (RuntimeException | Error e) {
            context.fail(e);
          }
          request.resume();
        });
  }
}

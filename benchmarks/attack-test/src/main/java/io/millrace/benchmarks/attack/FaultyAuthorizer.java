package io.millrace.benchmarks.attack;

import io.millrace.Authorizer;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * An authorizer that has a certain fault for names with a certain prefix, and grants everything
 * else.
 */
final class FaultyAuthorizer implements Authorizer {

  /** It never answers. */
  static final String SILENT = "silent";

  /** It returns no future. */
  static final String NULL = "null";

  /** Its future completes with nothing. */
  static final String NOTHING = "nothing";

  /** It throws an {@link Error}. */
  static final String ERROR = "error";

  @Override
  @SuppressWarnings("NullAway") // The fault that is tried.
  public Future<Boolean> authorize(Client client, Action action, ChannelPattern target) {
    String name = target.toString();
    return switch (name.substring(0, Math.max(0, name.indexOf('.')))) {
      case SILENT -> Promise.<Boolean>promise().future();
      case NULL -> null;
      case NOTHING -> Future.succeededFuture(null);
      case ERROR -> throw new NoClassDefFoundError("a class of the application");
      default -> Future.succeededFuture(true);
    };
  }
}

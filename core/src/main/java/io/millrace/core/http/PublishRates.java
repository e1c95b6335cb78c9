package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.broker.Publishing;
import io.millrace.internal.BoundedMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Limits how often clients publish. A user counts wherever it publishes. Clients without a user
 * count only over HTTP, where no connection lasts that could count; they count by address, which
 * many may share. Safe on any thread.
 */
final class PublishRates {

  /**
   * How many users and addresses are remembered. A client with more addresses than this is not
   * limited.
   */
  static final int MOST_KNOWN = 10_000;

  private static final String A_SECOND = "1";

  private final MillraceOptions options;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  private final BoundedMap<String, RateLimit> known = BoundedMap.byUse(MOST_KNOWN);

  PublishRates(MillraceOptions options, LongSupplier clock) {
    this.options = options;
    this.clock = clock;
  }

  /**
   * Counts a request to publish, whatever its result.
   *
   * @param scope who publishes
   * @throws MillraceException {@link MillraceException.Code#RATE_LIMITED} if there were too many
   */
  void count(RoutingContext request, String scope) {
    try {
      countConnected(scope);
      if (scope.startsWith(Publishing.ADDRESS) && options.publishesPerSecondPerAddress() > 0) {
        count(
            Publishing.ADDRESS + Requester.network(request),
            options.publishesPerSecondPerAddress(),
            "All clients from your address together");
      }
    } catch (MillraceException tooMany) {
      request.response().putHeader(HttpHeaders.RETRY_AFTER, A_SECOND);
      throw tooMany;
    }
  }

  /**
   * Counts a message on a connection that has its own limit. A user may have several connections. A
   * client without a user is limited by the connection only, because many clients may share an
   * address.
   *
   * @param scope who publishes, see {@link Access.Client#scope}
   * @throws MillraceException {@link MillraceException.Code#RATE_LIMITED} if there were too many
   */
  void countConnected(String scope) {
    if (!scope.startsWith(Publishing.ADDRESS)) {
      count(scope, options.publishesPerSecond(), "You");
    }
  }

  private void count(String who, int perSecond, String subject) {
    if (waitMillis(who, perSecond) > 0) {
      throw new MillraceException(
          MillraceException.Code.RATE_LIMITED,
          subject + " may publish " + perSecond + " messages in a second.");
    }
  }

  /**
   * Returns in how many milliseconds somebody may publish again; if it is zero, the publish is
   * counted.
   */
  long waitMillis(String who, int perSecond) {
    if (perSecond == 0) {
      return 0;
    }
    lock.lock();
    try {
      long now = clock.getAsLong();
      known.forgetOldest(idle -> idle.isIdle(now));
      RateLimit limit = known.get(who);
      if (limit == null) {
        limit = new RateLimit(perSecond);
        known.put(who, limit);
      }
      long wait = limit.waitMillis(now);
      if (wait == 0) {
        limit.count(now);
      }
      return wait;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many are remembered. */
  int size() {
    lock.lock();
    try {
      return known.size();
    } finally {
      lock.unlock();
    }
  }
}

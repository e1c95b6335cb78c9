package io.millrace.auth;

import io.millrace.Authenticator;
import io.millrace.BearerToken;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.OpenCircuitException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks the application who a client is: a GET request to a URL, with the cookies and the {@code
 * Authorization} of the client's request. The application answers
 *
 * <ul>
 *   <li>200 with {@code {"user":"ann","expires":1767225600000,"attributes":{"team":"red"}}}: all of
 *       these may be missing, and without a user, the client is anonymous; {@code expires} is in
 *       milliseconds since 1970;
 *   <li>401 or 403: the client is refused;
 *   <li>anything else, or nothing in time: the client should try again.
 * </ul>
 *
 * <p>After several failures the application is left alone for a while, and clients are answered
 * {@link MillraceException.Code#UNAVAILABLE} at once. Safe on any thread.
 */
public final class HookAuthenticator implements Authenticator {

  private static final int MOST_BYTES = 16 << 10;

  private final HookOptions options;
  private final Fetch fetch;
  private final CircuitBreaker breaker;
  private final KnownClients known;
  private final Failures failures = new Failures("The hook that says who clients are");

  /** The questions under way, by their credentials: many connections of a client ask once. */
  private final Map<KnownClients.Key, Future<Client>> asked = new ConcurrentHashMap<>();

  /**
   * Makes an authenticator.
   *
   * @param vertx on which the application is asked
   * @param url what is asked
   * @param options how it is asked; copied
   * @throws IllegalArgumentException if it is no URL of HTTP
   */
  public HookAuthenticator(Vertx vertx, String url, HookOptions options) {
    Fetch.checkUrl(url);
    this.options = new HookOptions(options);
    this.fetch =
        new Fetch(
            vertx,
            options.http(),
            url,
            options.timeout(),
            options.concurrency(),
            options.queue(),
            MOST_BYTES);
    this.known = new KnownClients(options.cacheSize());
    this.breaker =
        CircuitBreaker.create(
                "millrace-hook",
                vertx,
                new CircuitBreakerOptions()
                    .setMaxFailures(options.mostFailures())
                    .setResetTimeout(options.recovery().toMillis())
                    .setTimeout(-1) // The fetch has its own.
                    .setNotificationAddress(null))
            .<Client>failurePolicy(HookAuthenticator::isFailure);
  }

  /** That many ask at once is not the application's failure, and neither is a refusal. */
  private static boolean isFailure(Future<Client> answer) {
    return answer.failed()
        && !(answer.cause() instanceof ConnectionPoolTooBusyException)
        && !(answer.cause() instanceof MillraceException);
  }

  @Override
  public Future<Client> authenticate(RoutingContext request) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    // In an order that does not depend on the client.
    for (String name : new TreeSet<>(options.headers())) {
      headers.add(name, request.request().headers().getAll(name));
    }
    if (options.headers().contains("authorization") && !headers.contains("Authorization")) {
      BearerToken.of(request).ifPresent(token -> headers.add("Authorization", bearer(token)));
    }
    return headers.isEmpty()
        ? Refusals.withoutCredentials(options.required())
        : authenticate(headers);
  }

  @Override
  public Future<Client> authenticate(String token) {
    try {
      return authenticate(MultiMap.caseInsensitiveMultiMap().add("Authorization", bearer(token)));
    } catch (MillraceException refused) {
      return Future.failedFuture(refused);
    }
  }

  /** Returns the value of a header, which must not be able to become several. */
  private static String bearer(String token) {
    if (token.isEmpty()
        || token.length() > TokenHeader.MOST_CHARACTERS
        || !token.chars().allMatch(each -> each > ' ' && each < 0x7f)) {
      throw Refusals.unauthorized(
          "The token is empty or too long, or has a character that it must not.");
    }
    return "Bearer " + token;
  }

  private Future<Client> authenticate(MultiMap headers) {
    List<String> credentials = new ArrayList<>();
    for (Map.Entry<String, String> header : headers) {
      credentials.add(header.getKey());
      credentials.add(header.getValue());
    }
    KnownClients.Key key = KnownClients.key(credentials);
    Optional<Client> client = known.get(key, Instant.now());
    return client.isPresent() ? Future.succeededFuture(client.get()) : ask(key, headers);
  }

  private Future<Client> ask(KnownClients.Key key, MultiMap headers) {
    Promise<Client> promise = Promise.promise();
    Future<Client> other = asked.putIfAbsent(key, promise.future());
    if (other != null) {
      return other;
    }
    Instant now = Instant.now(); // Others join this question later.
    breaker
        .execute(
            () ->
                fetch
                    .get(headers.set("Accept", "application/json"))
                    .map(answer -> HookAnswer.client(answer).withIssued(now)))
        .onSuccess(client -> remember(key, client))
        .recover(failure -> Future.failedFuture(refusal(failure)))
        .onComplete(
            answer -> {
              asked.remove(key);
              promise.handle(answer);
            });
    return promise.future();
  }

  private void remember(KnownClients.Key key, Client client) {
    if (!options.cacheTime().isZero()) {
      known.put(key, client, Instant.now().plus(options.cacheTime()));
    }
  }

  private MillraceException refusal(Throwable failure) {
    if (failure instanceof MillraceException refused) {
      return refused;
    }
    if (failure instanceof ConnectionPoolTooBusyException) {
      return Refusals.unavailable("Too many clients come at once. Try again.");
    }
    if (!(failure instanceof OpenCircuitException)) {
      failures.log(failure);
    }
    return Refusals.unavailable("The server cannot find out now who you are. Try again.");
  }

  /** {@return whether cookies are sent to the application} */
  @Override
  public boolean usesCookies() {
    return options.headers().contains("cookie");
  }

  /**
   * Closes the connections to the application. Not needed if Vert.x is closed.
   *
   * @return completes when they are closed
   */
  public Future<Void> close() {
    breaker.close();
    return fetch.close();
  }
}

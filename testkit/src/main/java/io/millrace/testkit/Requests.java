package io.millrace.testkit;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which requests a {@link Middlebox} treats badly. The predicates can be combined. */
public final class Requests {

  private Requests() {}

  /** {@return whichever request} */
  public static Predicate<HttpServerRequest> all() {
    return request -> true;
  }

  /** {@return requests to open a WebSocket} */
  public static Predicate<HttpServerRequest> webSockets() {
    return request -> "websocket".equalsIgnoreCase(header(request, HttpHeaders.UPGRADE));
  }

  /** {@return requests for Server-Sent Events, as their Accept says} */
  public static Predicate<HttpServerRequest> eventStreams() {
    return accepting("text/event-stream");
  }

  /**
   * Finds requests by what they accept.
   *
   * @param mediaType a media type, without parameters
   * @return requests whose Accept names it
   */
  public static Predicate<HttpServerRequest> accepting(String mediaType) {
    return request -> String.valueOf(header(request, HttpHeaders.ACCEPT)).contains(mediaType);
  }

  /** {@return POST requests} */
  public static Predicate<HttpServerRequest> posts() {
    return request -> request.method().equals(HttpMethod.POST);
  }

  /**
   * Finds requests by their path.
   *
   * @param beginning how the path begins
   * @return requests below it
   */
  public static Predicate<HttpServerRequest> below(String beginning) {
    return request -> String.valueOf(request.path()).startsWith(beginning);
  }

  /**
   * Finds requests by a parameter of their query.
   *
   * @param name the parameter's name
   * @param value its value
   * @return requests that have it
   */
  public static Predicate<HttpServerRequest> with(String name, String value) {
    return request -> value.equals(request.getParam(name));
  }

  private static @Nullable String header(HttpServerRequest request, CharSequence name) {
    return request.getHeader(name);
  }
}

package io.millrace.auth;

import io.millrace.spi.options.Form;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Asks one URL of another server. Bounded are the time, the answer, how many requests are under
 * way, and how many wait for their turn. Redirects are not followed, so that credentials go nowhere
 * else. Safe on any thread.
 */
final class Fetch {

  /** What the options of its connections look like in JSON. */
  static final Form<HttpClientOptions> OPTIONS =
      Form.object(HttpClientOptions::new, HttpClientOptions::toJson, HttpClientOptions::new);

  /** An answer. */
  record Answer(int status, Buffer body) {}

  private final HttpClient client;
  private final String url;
  private final Duration timeout;
  private final int mostBytes;

  /**
   * @param most how many requests may be under way
   * @param mostWaiting how many more may wait; with more, requests fail at once with a {@link
   *     io.vertx.core.http.ConnectionPoolTooBusyException}
   * @param mostBytes how large an answer may be
   */
  Fetch(
      Vertx vertx,
      HttpClientOptions options,
      String url,
      Duration timeout,
      int most,
      int mostWaiting,
      int mostBytes) {
    // Each request under way has a connection of its own, so the pool bounds them.
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions(options)
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setPipelining(false),
            new PoolOptions().setHttp1MaxSize(most).setMaxWaitQueueSize(mostWaiting));
    this.url = url;
    this.timeout = timeout;
    this.mostBytes = mostBytes;
  }

  /**
   * Checks a URL.
   *
   * @throws IllegalArgumentException if it is no URL of HTTP
   */
  static void checkUrl(String url) {
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null
          && ("http".equalsIgnoreCase(uri.getScheme())
              || "https".equalsIgnoreCase(uri.getScheme()))) {
        return;
      }
    } catch (URISyntaxException e) {
      // It may contain a password, so it is not shown.
    }
    throw new IllegalArgumentException("A URL must begin with http:// or https://, and a host.");
  }

  /** Sends a GET request. */
  Future<Answer> get(MultiMap headers) {
    RequestOptions options =
        new RequestOptions()
            .setAbsoluteURI(url)
            .setHeaders(headers)
            .setConnectTimeout(timeout.toMillis());
    return client.request(options).compose(this::send);
  }

  private Future<Answer> send(HttpClientRequest request) {
    return request
        .send()
        .compose(response -> body(request, response))
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> request.reset());
  }

  private Future<Answer> body(HttpClientRequest request, HttpClientResponse response) {
    Promise<Answer> whole = Promise.promise();
    Buffer body = Buffer.buffer();
    response.exceptionHandler(whole::tryFail);
    response.endHandler(end -> whole.tryComplete(new Answer(response.statusCode(), body)));
    response.handler(
        chunk -> {
          if (body.length() + chunk.length() > mostBytes) {
            request.reset();
            whole.tryFail(new IOException("The answer has more than " + mostBytes + " bytes."));
          } else {
            body.appendBuffer(chunk);
          }
        });
    return whole.future();
  }

  Future<Void> close() {
    return client.close();
  }
}

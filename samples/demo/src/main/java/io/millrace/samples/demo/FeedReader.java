package io.millrace.samples.demo;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Requests one feed, conditionally (RFC 9110, section 13), and finds what is new in it. For use on
 * one event loop.
 */
final class FeedReader {

  /** The largest document that is read, in bytes, after decompression. */
  static final int MAX_BYTES = 2 << 20;

  private static final long TIMEOUT_MILLIS = 10_000;
  private static final int REMEMBERED = 5_000;

  private final Vertx vertx;
  private final HttpClient client;
  private final FeedSource source;
  private final SeenEntries seen = new SeenEntries(REMEMBERED);
  private @Nullable String etag;
  private @Nullable String lastModified;

  /**
   * Makes a reader that has seen nothing.
   *
   * @param vertx for timers and worker threads
   * @param client sends the requests
   * @param source the feed
   */
  FeedReader(Vertx vertx, HttpClient client, FeedSource source) {
    this.vertx = vertx;
    this.client = client;
    this.source = source;
  }

  /**
   * Requests the feed once.
   *
   * @return what is new, oldest first; empty if the server answers 304. Fails if the feed cannot be
   *     fetched, is too large or cannot be read; then the next request is for the whole feed
   */
  Future<List<SeenEntries.News>> read() {
    RequestOptions options =
        new RequestOptions()
            .setAbsoluteURI(source.uri().toString())
            .setMethod(HttpMethod.GET)
            .setFollowRedirects(true)
            .setTimeout(TIMEOUT_MILLIS)
            .putHeader(HttpHeaders.USER_AGENT, "millrace-demo")
            .putHeader(
                HttpHeaders.ACCEPT,
                "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1");
    if (etag != null) {
      options.putHeader(HttpHeaders.IF_NONE_MATCH, etag);
    }
    if (lastModified != null) {
      options.putHeader(HttpHeaders.IF_MODIFIED_SINCE, lastModified);
    }
    // A server that sends a byte now and then never runs into an idle timeout, so the whole has
    // one.
    return client
        .request(options)
        .compose(
            request ->
                request
                    .send()
                    .compose(this::take)
                    .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .onFailure(e -> cancel(request)));
  }

  private Future<List<SeenEntries.News>> take(HttpClientResponse response) {
    if (response.statusCode() == 304) {
      return Future.succeededFuture(List.of());
    }
    if (response.statusCode() != 200) {
      return Future.failedFuture(new IOException("it answered " + response.statusCode()));
    }
    String contentType = response.headers().get(HttpHeaders.CONTENT_TYPE);
    return body(response)
        .compose(
            body ->
                vertx.executeBlocking(
                    () ->
                        FeedParser.parse(
                            body.getBytes(),
                            contentType == null ? "" : contentType,
                            source.kinds()),
                    false))
        .map(
            entries -> {
              etag = response.headers().get(HttpHeaders.ETAG);
              lastModified = response.headers().get(HttpHeaders.LAST_MODIFIED);
              return seen.add(entries);
            });
  }

  private static Future<Buffer> body(HttpClientResponse response) {
    Promise<Buffer> whole = Promise.promise();
    Buffer body = Buffer.buffer();
    response.exceptionHandler(whole::tryFail);
    response.endHandler(end -> whole.tryComplete(body));
    response.handler(
        part -> {
          if (body.length() + part.length() <= MAX_BYTES) {
            body.appendBuffer(part);
          } else {
            response.handler(rest -> {});
            whole.tryFail(new IOException("it is larger than " + MAX_BYTES + " bytes"));
          }
        });
    return whole.future();
  }

  private static void cancel(HttpClientRequest request) {
    request.reset();
  }
}

package io.millrace.testkit;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;

/** One request through a {@link Middlebox}, and its answer. For its event loop. */
final class Exchange {

  private static final int SWITCHING_PROTOCOLS = 101;

  private final Vertx vertx;
  private final HttpClient client;
  private final HttpServerRequest near;
  private final Treatment treatment;

  Exchange(Vertx vertx, HttpClient client, HttpServerRequest near, Treatment treatment) {
    this.vertx = vertx;
    this.client = client;
    this.near = near;
    this.treatment = treatment;
  }

  void run() {
    near.exceptionHandler(gone -> {}); // The client has left.
    near.response().exceptionHandler(gone -> {});
    treatment.timeOut().ifPresent(this::closeAfter);
    if (treatment.answer().isPresent()) {
      Treatment.Answer answer = treatment.answer().get();
      answer(answer.status(), answer.html());
    } else if (!treatment.hangs()) {
      near.pause();
      later(treatment.delay(), this::forward);
    }
  }

  private void answer(int status, String html) {
    HttpServerResponse response = near.response().setStatusCode(status);
    response.putHeader(HttpHeaders.CONTENT_TYPE, "text/html");
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (status / 100 == 3) {
      response.putHeader(HttpHeaders.LOCATION, "/?portal");
    }
    response.end(html);
  }

  private void forward() {
    MultiMap headers = treatment.forwarded(near.headers());
    if (treatment.duplicate().isPresent()) {
      forwardTwice(headers, treatment.duplicate().get());
    } else if (headers.contains(HttpHeaders.UPGRADE)) {
      request(headers)
          .compose(HttpClientRequest::connect)
          .onSuccess(this::upgraded)
          .onFailure(this::failed);
    } else {
      request(headers).compose(this::send).onSuccess(this::pass).onFailure(this::failed);
    }
  }

  private Future<HttpClientRequest> request(MultiMap headers) {
    return client
        .request(target())
        .onSuccess(
            far -> {
              far.headers().setAll(headers);
              far.exceptionHandler(gone -> {}); // Whoever waits for the answer learns of it.
              near.response().closeHandler(gone -> far.reset());
            });
  }

  private RequestOptions target() {
    return new RequestOptions().setMethod(near.method()).setURI(near.uri());
  }

  private Future<HttpClientResponse> send(HttpClientRequest far) {
    boolean chunked = near.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    if (chunked || near.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      return far.send(near);
    }
    near.resume();
    return far.send();
  }

  private void forwardTwice(MultiMap headers, Duration later) {
    near.resume();
    near.body()
        .onSuccess(
            body -> {
              request(headers)
                  .compose(far -> far.send(body))
                  .onSuccess(this::pass)
                  .onFailure(this::failed);
              later(later, () -> sendAgain(headers, body));
            });
  }

  /** The answer to it is read, and goes nowhere. */
  private void sendAgain(MultiMap headers, Buffer body) {
    client
        .request(target().setHeaders(headers))
        .compose(far -> far.send(body))
        .onSuccess(HttpClientResponse::resume);
  }

  /** Passes an answer on. */
  private void pass(HttpClientResponse far) {
    far.pause();
    HttpServerResponse response = near.response();
    response.closeHandler(
        gone -> {
          far.pause(); // What has come already would be written to a response that is closed.
          far.request().reset();
        });
    setHead(far);
    if (!far.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      response.setChunked(true);
    }
    if (treatment.down().beginsAtOnce()) {
      response.writeHead();
    }
    treatment.killAfter().ifPresent(this::closeAfter);
    treatment.down().carry(far, response).onFailure(this::failed);
  }

  private void setHead(HttpClientResponse far) {
    HttpServerResponse response = near.response();
    response.setStatusCode(far.statusCode()).setStatusMessage(far.statusMessage());
    response.headers().setAll(far.headers()).remove(HttpHeaders.TRANSFER_ENCODING);
  }

  private void upgraded(HttpClientResponse far) {
    if (far.statusCode() != SWITCHING_PROTOCOLS) {
      near.resume();
      pass(far);
      return;
    }
    NetSocket server = far.netSocket();
    server.pause();
    setHead(far);
    near.toNetSocket()
        .onSuccess(
            socket -> {
              socket.pause();
              treatment.killAfter().ifPresent(this::closeAfter);
              socket.closeHandler(closed -> server.close());
              server.closeHandler(closed -> socket.close());
              treatment.up().carry(socket, server);
              treatment.down().carry(server, socket);
            })
        .onFailure(this::failed);
  }

  private void closeAfter(Duration time) {
    later(time, () -> failed(new IllegalStateException("Too late")));
  }

  private void failed(Throwable why) {
    if (!near.response().ended() || near.headers().contains(HttpHeaders.UPGRADE)) {
      near.connection().close();
    }
  }

  private void later(Duration time, Runnable task) {
    if (time.isZero()) {
      task.run();
    } else {
      vertx.setTimer(time.toMillis(), due -> task.run());
    }
  }
}

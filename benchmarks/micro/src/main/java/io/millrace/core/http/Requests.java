package io.millrace.core.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Real requests that a server has received and does not answer. */
final class Requests implements AutoCloseable {

  private final BlockingQueue<HttpServerRequest> taken = new LinkedBlockingQueue<>();
  private final List<Socket> clients = new ArrayList<>();
  private final HttpServer server;

  Requests(Vertx vertx) {
    server = vertx.createHttpServer().requestHandler(taken::add).listen(0, "localhost").await();
  }

  /** Makes a GET request for a target. */
  HttpServerRequest get(String target, String... headers) {
    String head =
        "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", headers);
    try {
      Socket client = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
      clients.add(client);
      client
          .getOutputStream()
          .write((head.strip() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return Optional.ofNullable(taken.poll(10, TimeUnit.SECONDS)).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    server.close().await();
  }
}

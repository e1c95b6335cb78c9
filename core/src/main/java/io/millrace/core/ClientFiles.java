package io.millrace.core;

import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;

/**
 * Serves the browser client, ES modules that {@code millrace-client-js} brings on the class path.
 */
final class ClientFiles {

  private static final String FOLDER = "META-INF/millrace/client/";

  private record File(Buffer content, String tag) {}

  private final Map<String, Optional<File>> files = new ConcurrentHashMap<>();

  /**
   * Answers with a file.
   *
   * @param name {@code [a-z0-9-]+.js}
   */
  void serve(RoutingContext context, String name) {
    Optional<File> known = files.get(name);
    if (known != null) {
      answer(context, known);
      return;
    }
    context
        .vertx()
        .executeBlocking(() -> read(name))
        .onFailure(context::fail)
        .onSuccess(
            file -> {
              if (file.isPresent()) {
                files.put(
                    name, file); // What is not there is not remembered: clients choose the names.
              }
              answer(context, file);
            });
  }

  private static Optional<File> read(String name) {
    try (InputStream in = ClientFiles.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      return Optional.of(
          new File(
              Buffer.buffer(bytes),
              "\"" + bytes.length + "-" + Long.toHexString(checksum.getValue()) + "\""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(RoutingContext context, Optional<File> found) {
    if (found.isEmpty()) {
      context.fail(
          new MillraceException(
              MillraceException.Code.NOT_FOUND,
              "There is no such file. The browser client is in millrace-client-js, which must be on the class path."));
      return;
    }
    File file = found.get();
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/javascript; charset=utf-8")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader(HttpHeaders.ETAG, file.tag());
    if (file.tag().equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      context.response().setStatusCode(304).end();
    } else if (HttpMethod.HEAD.equals(context.request().method())) {
      context
          .response()
          .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(file.content().length()))
          .end();
    } else {
      context.response().end(file.content());
    }
  }
}

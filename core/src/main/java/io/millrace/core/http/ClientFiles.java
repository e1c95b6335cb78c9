package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.internal.Unsent;
import io.millrace.spi.support.HeaderElement;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;

/**
 * Serves the browser client, an ES module that {@code millrace-client-js} brings on the class path,
 * and its source map.
 */
final class ClientFiles {

  private static final String FOLDER = "META-INF/millrace/client/";

  private record File(String type, Buffer plain, Buffer zipped, String tag) {}

  private final Map<String, Optional<File>> files = new ConcurrentHashMap<>();

  /**
   * Answers with a file.
   *
   * @param name {@code [a-z0-9-]+.js} or {@code [a-z0-9-]+.js.map}
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
                    name, file); // Missing files are not remembered: clients choose the names.
              }
              answer(context, file);
            });
  }

  private static Optional<File> read(String name) {
    try (InputStream in = ClientFiles.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] plain = in.readAllBytes();
      CRC32 checksum = new CRC32();
      checksum.update(plain);
      String tag = plain.length + "-" + Long.toHexString(checksum.getValue());
      String type = name.endsWith(".map") ? "application/json" : "text/javascript; charset=utf-8";
      return Optional.of(new File(type, Buffer.buffer(plain), gzip(plain), tag));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Buffer gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return Buffer.buffer(out.toByteArray());
  }

  /** Returns whether the client has the file already (RFC 9110, section 13.1.2: a list, or any). */
  private static boolean isKnown(RoutingContext context, String tag) {
    return context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH).stream()
        .flatMap(header -> Stream.of(header.split(",", -1)))
        .map(known -> known.strip().replaceFirst("^W/", ""))
        .anyMatch(known -> known.equals("*") || known.equals(tag));
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
    boolean zipped =
        HeaderElement.parse(context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING))
            .stream()
            .anyMatch(coding -> coding.name().equals("gzip") && !coding.isRefused());
    Buffer content = zipped ? file.zipped() : file.plain();
    String tag = "\"" + file.tag() + (zipped ? "-gzip" : "") + "\"";
    HttpServerResponse response =
        context
            .response()
            .putHeader(HttpHeaders.CONTENT_TYPE, file.type())
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
            .putHeader(HttpHeaders.ETAG, tag);
    response.headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    if (zipped) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    Buffer body = content;
    if (isKnown(context, tag)) {
      response.setStatusCode(304);
      body = Buffer.buffer();
    } else if (HttpMethod.HEAD.equals(context.request().method())) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(content.length()));
      body = Buffer.buffer();
    }
    Unsent.answer(context.request(), body);
  }
}

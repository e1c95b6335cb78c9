package io.millrace.samples.demo;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The pages and their files, from the class path, held in memory. Safe on any thread. */
final class Pages implements Handler<RoutingContext> {

  /** Every file in {@code web/}, because a folder on a class path cannot be listed. */
  static final List<String> FILES =
      List.of(
          "index.html",
          "index.js",
          "chat.html",
          "chat.js",
          "feed.html",
          "feed.js",
          "transports.html",
          "transports.js",
          "lane.js",
          "plot.js",
          "techniques.js",
          "page.js",
          "copy.js",
          "dom.js",
          "visitor.js",
          "style.css",
          "icon.svg");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "svg", "image/svg+xml");

  private record Page(String type, String etag, Buffer body) {}

  private final Map<String, Page> pages = new HashMap<>();

  /** Reads the files. Blocks. */
  Pages() {
    for (String file : FILES) {
      int dot = file.lastIndexOf('.');
      String type = TYPES.getOrDefault(file.substring(dot + 1), "");
      Buffer body = Resources.read("web/" + file);
      Page page = new Page(type, digest(body), body);
      pages.put("/" + file, page);
      if (file.endsWith(".html")) {
        pages.put(file.equals("index.html") ? "/" : "/" + file.substring(0, dot), page);
      }
    }
  }

  @Override
  public void handle(RoutingContext context) {
    Page page = pages.get(context.normalizedPath());
    if (page == null) {
      context.next();
      return;
    }
    // Browsers keep the files, but ask each time whether they have changed: a new build is seen at
    // once.
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    context.etag(page.etag());
    if (context.isFresh()) {
      context.response().setStatusCode(304).end();
    } else {
      context.response().putHeader(HttpHeaders.CONTENT_TYPE, page.type()).end(page.body());
    }
  }

  private static String digest(Buffer body) {
    try {
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(body.getBytes());
      return HexFormat.of().formatHex(sha, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

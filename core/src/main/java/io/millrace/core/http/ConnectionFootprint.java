package io.millrace.core.http;

import io.millrace.core.log.Footprint;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;

/** How many bytes of the heap a connection takes, measured as in {@link Footprint}. */
final class ConnectionFootprint {

  /**
   * A connection without its request: the objects of Vert.x, Netty and the transport, the reader
   * and its timer.
   */
  static final int CONNECTION = 4 << 10;

  /** A request that is kept as long as its connection, without its head. */
  static final int REQUEST = 8 << 10;

  /** A line of a head, or a parameter of a query, without its characters. */
  private static final int FIELD = 160;

  private ConnectionFootprint() {}

  /**
   * A client's connection, with its request if that is kept. A client may split the head into very
   * many small parts.
   */
  static long client(RoutingContext request, boolean kept) {
    if (!kept) {
      return CONNECTION;
    }
    HttpServerRequest head = request.request();
    Fields fields = new Fields();
    head.headers().forEach(fields);
    long bytes = CONNECTION + REQUEST + 2L * head.uri().length() + fields.bytes;
    if (head.query() != null) {
      bytes += parameters(head.query());
    }
    if (request.body().available()) {
      bytes += request.body().length(); // A handler of the application has read it.
    }
    return bytes;
  }

  /** Adds up the lines of a head without making objects, because long polls come often. */
  private static final class Fields implements BiConsumer<String, String> {
    private long bytes;

    @Override
    public void accept(String name, String value) {
      bytes += FIELD + (long) name.length() + value.length();
    }
  }

  private static long parameters(String query) {
    long bytes = FIELD + (long) query.length();
    for (int i = 0; i < query.length(); i++) {
      char separator = query.charAt(i);
      if (separator == '&' || separator == ';') {
        bytes += FIELD;
      }
    }
    return bytes;
  }
}

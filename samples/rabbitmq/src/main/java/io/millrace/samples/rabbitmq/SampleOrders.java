package io.millrace.samples.rabbitmq;

import io.millrace.Message;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Publishes an order when the page's button is clicked. The server chooses the order; only a page
 * of this server may ask for it, and not too often. Safe on any thread.
 */
final class SampleOrders implements Handler<RoutingContext> {

  /** How many orders are allowed at once. */
  static final int BURST = 5;

  /** After this time, one more is allowed. */
  static final Duration INTERVAL = Duration.ofSeconds(1);

  private static final List<String> ITEMS =
      List.of("2 × 비빔밥", "1 × Tteokbokki", "4 × 김밥", "1 × 해물파전 🦑", "3 × Mandu", "2 × 냉면");
  private static final int TABLES = 12;
  private static final Pattern JSON = Pattern.compile("(?i)application/json *(;.*)?");

  private final Function<Message, Future<?>> publish;
  private final LongSupplier nanoTime;
  private final AtomicLong given = new AtomicLong();

  /** When the full number is allowed again (the generic cell rate algorithm). */
  private final AtomicLong wholeAt;

  /**
   * Makes a handler.
   *
   * @param publish publishes an order
   * @param nanoTime as {@link System#nanoTime()}
   */
  SampleOrders(Function<Message, Future<?>> publish, LongSupplier nanoTime) {
    this.publish = publish;
    this.nanoTime = nanoTime;
    this.wholeAt = new AtomicLong(nanoTime.getAsLong());
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (!isOwn(request.getHeader(HttpHeaders.ORIGIN), request.authority())) {
      refuse(context, 403, "Only a page of this server may do that.");
    } else if (!isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
      refuse(context, 415, "Send it with Content-Type: application/json.");
    } else if (!take()) {
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "" + INTERVAL.toSeconds());
      refuse(context, 429, "Too many orders at once. Try again in a second.");
    } else {
      JsonObject order = next();
      publish
          .apply(Message.json(order))
          .onSuccess(sent -> context.response().setStatusCode(201).end())
          .onFailure(e -> refuse(context, 503, "RabbitMQ did not take it: " + e.getMessage()));
    }
  }

  private boolean take() {
    long now = nanoTime.getAsLong();
    long interval = INTERVAL.toNanos();
    long before = wholeAt.get();
    long after = (before - now > 0 ? before : now) + interval;
    return after - now <= BURST * interval && (wholeAt.compareAndSet(before, after) || take());
  }

  private JsonObject next() {
    long number = given.getAndIncrement();
    return new JsonObject()
        .put("item", ITEMS.get((int) (number % ITEMS.size())))
        .put("table", 1 + number % TABLES)
        .put("from", "this page");
  }

  /** Ignores the scheme, because a proxy may speak TLS for this server. */
  private static boolean isOwn(@Nullable String origin, @Nullable HostAndPort host) {
    return origin == null
        || origin.equalsIgnoreCase("http://" + host)
        || origin.equalsIgnoreCase("https://" + host);
  }

  /** A page of another server can send a form, but no JSON unless this server allows it. */
  private static boolean isJson(@Nullable String type) {
    return type != null && JSON.matcher(type).matches();
  }

  private static void refuse(RoutingContext context, int status, String detail) {
    context
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .end(new JsonObject().put("status", status).put("detail", detail).toBuffer());
  }
}

package io.millrace.samples.demo;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The requests of the Transports page: for a ticker, for counts, and to cause trouble. */
final class LabRoutes {

  private final Lab lab;

  LabRoutes(Lab lab) {
    this.lab = lab;
  }

  /**
   * Adds the routes. Requests for {@code /live} that name a visitor and a lane are counted, and
   * fail if the visitor wants that.
   */
  void mount(Router router) {
    router.route("/live*").handler(this::admit);
    JsonBody.read(router, "/lab*");
    router.post("/lab").handler(this::open);
    router.get("/lab/:visitor").handler(visitor((context, visitor) -> show(context, visitor)));
    router.put("/lab/:visitor").handler(visitor(this::setRate));
    router.delete("/lab/:visitor").handler(visitor(this::close));
    router.put("/lab/:visitor/lanes/:lane").handler(lane(this::block));
    router
        .post("/lab/:visitor/lanes/:lane/cut")
        .handler(
            lane(
                (context, lane) ->
                    answer(context, lane.cut().map(cut -> new JsonObject().put("cut", cut)))));
  }

  private void admit(RoutingContext context) {
    HttpServerRequest request = context.request();
    MultiMap query =
        context.queryParams(); // Refuses a query that it cannot read; the request's method throws.
    String id = query.get("visitor");
    Optional<Lane> lane =
        id == null
            ? Optional.empty()
            : lab.find(id).flatMap(visitor -> visitor.lane(String.valueOf(query.get("lane"))));
    if (lane.isEmpty()) {
      Wire.of(request.connection()).assign(null, request.response());
      context.next();
    } else if (lane.get().admit(request)) {
      context.next();
    }
  }

  private void open(RoutingContext context) {
    lab.open()
        .ifPresentOrElse(
            visitor -> {
              context.response().setStatusCode(201).putHeader("Location", "/lab/" + visitor.id());
              JsonBody.answer(context, visitor.toJson());
            },
            () -> {
              context.response().putHeader("Retry-After", "30");
              Problem.send(context, 503, "Too many visitors are here. Try again later.");
            });
  }

  private static void show(RoutingContext context, Visitor visitor) {
    visitor.seen();
    JsonBody.answer(context, visitor.toJson());
  }

  private void setRate(RoutingContext context, Visitor visitor) {
    if (JsonBody.field(context, "rate") instanceof Integer rate
        && rate >= 0
        && rate <= Visitor.MAX_RATE) {
      visitor.setRate(rate);
      show(context, visitor);
    } else {
      Problem.send(context, 400, "Send {\"rate\": 0 to " + Visitor.MAX_RATE + "}.");
    }
  }

  private void close(RoutingContext context, Visitor visitor) {
    lab.close(visitor);
    context.response().setStatusCode(204).end();
  }

  private void block(RoutingContext context, Lane lane) {
    if (JsonBody.field(context, "blocked") instanceof Boolean blocked) {
      answer(context, lane.block(blocked).map(done -> lane.toJson()));
    } else {
      Problem.send(context, 400, "Send {\"blocked\": true} or {\"blocked\": false}.");
    }
  }

  private Handler<RoutingContext> visitor(BiConsumer<RoutingContext, Visitor> handler) {
    return context ->
        lab.find(String.valueOf(context.pathParam("visitor")))
            .ifPresentOrElse(
                visitor -> handler.accept(context, visitor),
                () ->
                    Problem.send(
                        context, 404, "There is no such visitor; the server may have restarted."));
  }

  private Handler<RoutingContext> lane(BiConsumer<RoutingContext, Lane> handler) {
    return visitor(
        (context, visitor) ->
            visitor
                .lane(String.valueOf(context.pathParam("lane")))
                .ifPresentOrElse(
                    lane -> handler.accept(context, lane),
                    () -> Problem.send(context, 404, "There is no such lane.")));
  }

  private static void answer(RoutingContext context, Future<JsonObject> body) {
    Context eventLoop = context.vertx().getOrCreateContext();
    body.onSuccess(json -> eventLoop.runOnContext(now -> JsonBody.answer(context, json)));
  }
}

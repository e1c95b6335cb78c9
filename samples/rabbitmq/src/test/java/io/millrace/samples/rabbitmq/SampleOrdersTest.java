package io.millrace.samples.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SampleOrdersTest {

  private static final String JSON = "application/json";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000); // It may overflow.
  private final List<Message> published = new CopyOnWriteArrayList<>();
  private volatile Future<?> outcome = Future.succeededFuture();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    SampleOrders orders =
        new SampleOrders(
            message -> {
              published.add(message);
              return outcome;
            },
            now::get);
    Router router = Router.router(vertx);
    router.post("/orders").handler(orders);
    server = vertx.createHttpServer().requestHandler(router).listen(0).await();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await();
  }

  private HttpResponse<String> post(String... headers) throws Exception {
    URI url = URI.create("http://localhost:" + server.actualPort() + "/orders");
    return client.send(
        HttpRequest.newBuilder(url)
            .headers(headers)
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private int order() throws Exception {
    return post("Content-Type", JSON).statusCode();
  }

  @Test
  void aPageOfThisServerOrdersSomething() throws Exception {
    String own = "http://localhost:" + server.actualPort();
    assertThat(post("Content-Type", "application/json; charset=utf-8", "Origin", own).statusCode())
        .isEqualTo(201);

    JsonObject order = new JsonObject(published.get(0).data());
    assertThat(order.getString("item")).isNotBlank();
    assertThat(order.getInteger("table")).isPositive();
  }

  @Test
  void noOtherPageDoes() throws Exception {
    String next = "http://localhost:" + (server.actualPort() + 1);
    for (String origin : List.of("https://evil.example", next, "null", "", "http://localhost")) {
      assertThat(post("Content-Type", JSON, "Origin", origin).statusCode())
          .as(origin)
          .isEqualTo(403);
    }
    for (String type : List.of("text/plain", "multipart/form-data", "", "application/jsonx")) {
      assertThat(post("Content-Type", type).statusCode()).as(type).isEqualTo(415);
    }
    assertThat(published).isEmpty();
  }

  @Test
  void afterAFewAtOnceThereIsOneMoreEachSecond() throws Exception {
    for (int i = 0; i < SampleOrders.BURST; i++) {
      assertThat(order()).isEqualTo(201);
    }
    HttpResponse<String> refused = post("Content-Type", JSON);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(refused.body()).contains("Try again");

    for (int second = 0; second < 3; second++) {
      now.addAndGet(SampleOrders.INTERVAL.toNanos());
      assertThat(order()).isEqualTo(201);
      assertThat(order()).isEqualTo(429);
    }
    assertThat(published).hasSize(SampleOrders.BURST + 3);
  }

  @Test
  void aLongRestSavesUpNoMoreThanAFew() throws Exception {
    now.addAndGet(SampleOrders.INTERVAL.multipliedBy(1000).toNanos());
    for (int i = 0; i < SampleOrders.BURST; i++) {
      assertThat(order()).isEqualTo(201);
    }
    assertThat(order()).isEqualTo(429);
  }

  @Test
  void whatTheBrokerDoesNotTakeIsTold() throws Exception {
    outcome = Future.failedFuture("out of reach");
    HttpResponse<String> answer = post("Content-Type", JSON);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("RabbitMQ").contains("out of reach");
  }
}

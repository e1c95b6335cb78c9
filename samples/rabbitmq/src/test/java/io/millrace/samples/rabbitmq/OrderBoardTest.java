package io.millrace.samples.rabbitmq;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.millrace.tck.Needed;
import io.millrace.tck.RabbitMq;
import io.millrace.testing.Chromium;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderBoardTest {

  @RegisterExtension static final Needed CHROMIUM = Chromium.NEED;
  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private static OrderBoard board;
  private static Pages pages;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    board =
        new OrderBoard(
            "stomp://%s:%s@%s:%d"
                .formatted(
                    RABBIT.username(), RABBIT.password(), RABBIT.host(), RABBIT.stompPort()));
    board.start(port).toCompletionStage().toCompletableFuture().get();
    pages = new Pages();
  }

  @AfterAll
  static void stop() throws Exception {
    pages.close();
    board.close().toCompletionStage().toCompletableFuture().get();
    assertThat(pages.errors).as("what the pages threw").isEmpty();
  }

  private static Locator orders(Page page, String list, String from) {
    return page.locator("#" + list + " .card", new Page.LocatorOptions().setHasText(from));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Java", "Python", "Node", "curl"})
  void an_order_from_any_language_is_on_the_board(String language) throws Exception {
    Publishers.need(language).orSkip();
    Page page = pages.open(port);
    assertThat(page.locator("#link")).containsText("live over");
    int before = orders(page, "waiting", language).count();
    new Publishers(RABBIT).publish(language);
    assertThat(orders(page, "waiting", language)).hasCount(before + 1);
    assertThat(page.locator("#trouble")).isHidden();
  }

  @Test
  void an_answer_is_on_every_page_and_goes_to_the_broker() throws Exception {
    Page waiter = pages.open(port);
    Page kitchen = pages.open(port);
    new Publishers(RABBIT).publish("Java");
    Locator order = orders(kitchen, "waiting", "Java").first();
    String id = order.getAttribute("data-order");
    order.getByText("Accept").click();
    for (Page page : new Page[] {waiter, kitchen}) {
      assertThat(page.locator("#answered [data-order='" + id + "']")).containsText("accepted");
    }
    assertThat(answers()).contains(id).contains("accepted");
    Page later = pages.open(port);
    assertThat(later.locator("#answered [data-order='" + id + "']")).hasCount(1);
  }

  private static String answers() throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    URI url = URI.create("http://localhost:" + port + "/live/poll?channels=orders.answers&last=5");
    return client
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}

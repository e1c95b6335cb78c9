package io.millrace.samples.rabbitmq;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.millrace.tck.RabbitMq;
import io.millrace.testing.Chromium;
import io.millrace.testkit.FreePorts;
import io.millrace.testkit.Needed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
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
    port = FreePorts.find();
    board =
        new OrderBoard(
            "stomp://%s:%s@%s:%d"
                .formatted(
                    RABBIT.username(), RABBIT.password(), RABBIT.host(), RABBIT.stompPort()));
    board.start(port).await();
    pages = new Pages();
  }

  @AfterAll
  static void stop() throws Exception {
    pages.close();
    board.close().await();
    assertThat(pages.errors).as("what the pages threw").isEmpty();
  }

  private static Locator orders(Page page, String list, String from) {
    return page.locator("#" + list + " .card", new Page.LocatorOptions().setHasText(from));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Java", "Python", "Node", "curl"})
  void anOrderFromAnyLanguageIsOnTheBoard(String language) throws Exception {
    Publishers.need(language).orSkip();
    Page page = pages.open(port);
    assertThat(page.locator("#link")).containsText("live over");
    int before = orders(page, "waiting", language).count();
    new Publishers(RABBIT).publish(language);
    assertThat(orders(page, "waiting", language)).hasCount(before + 1);
    assertThat(page.locator("#trouble")).isHidden();
  }

  @Test
  void anAnswerIsOnEveryPageAndGoesToTheBroker() throws Exception {
    Page waiter = pages.open(port);
    Page kitchen = pages.open(port);
    new Publishers(RABBIT).publish("Java");
    // Another one may become the first one before it is clicked.
    String id = orders(kitchen, "waiting", "Java").first().getAttribute("data-order");
    String order = " [data-order='" + id + "']";
    kitchen.locator("#waiting" + order).getByText("Accept").click();
    for (Page page : new Page[] {waiter, kitchen}) {
      assertThat(page.locator("#answered" + order)).containsText("accepted");
    }
    assertThat(answers()).contains(id).contains("accepted");
    Page later = pages.open(port);
    assertThat(later.locator("#answered" + order)).hasCount(1);
  }

  @Test
  void theButtonPublishesAnOrderThroughTheBroker() throws Exception {
    Page page = pages.open(port);
    Page other = pages.open(port);
    assertThat(page.locator("#link")).containsText("live over");
    assertThat(other.locator("#link")).containsText("live over");
    int before = orders(page, "waiting", "this page").count();

    page.getByText("Publish a sample order").click();

    assertThat(page.locator("#said")).hasText("Sent to RabbitMQ.");
    for (Page each : new Page[] {page, other}) {
      assertThat(orders(each, "waiting", "this page")).hasCount(before + 1);
    }
    assertThat(page.locator("#trouble")).isHidden();
  }

  @Test
  void theWayHomeLeadsToTheBoard() throws Exception {
    Page page = pages.open(port);
    page.navigate("http://localhost:" + port + "/index.html");
    page.locator("header a").click();
    assertThat(page).hasURL("http://localhost:" + port + "/");
    assertThat(page.locator("#link")).containsText("live over");
  }

  @Test
  void itFitsAPhoneInBothSchemes() throws Exception {
    new Publishers(RABBIT).publish("Java");
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      Page page = pages.open(port);
      page.setViewportSize(390, 844);
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      assertThat(page.locator("#waiting .card").first()).isVisible();
      page.evaluate(
          """
          () => {
            document.querySelector('#waiting strong').textContent = '🍜'.repeat(60);
            document.querySelector('#waiting small').textContent = 'x'.repeat(90);
          }""");

      assertThat(page.evaluate("() => document.documentElement.scrollWidth")).isEqualTo(390);
    }
  }

  private static String answers() throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    URI url = URI.create("http://localhost:" + port + "/live/poll?channels=orders.answers&last=5");
    return client
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}

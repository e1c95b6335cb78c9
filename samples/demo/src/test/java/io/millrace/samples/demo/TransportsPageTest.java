package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransportsPageTest extends BrowserTest {

  private static String lane(String name) {
    return "[data-lane=" + name + "]";
  }

  private static void press(Page page, String lane, String button) {
    page.locator(lane(lane) + " button", new Page.LocatorOptions().setHasText(button)).click();
  }

  private static void rate(Page page, String rate) {
    page.locator("#rate label", new Page.LocatorOptions().setHasText(rate)).first().click();
  }

  private static void received(Page page, String lane, int atLeast) {
    page.waitForFunction(
        "([lane, least]) => document.querySelector(`${lane} [data-value=received]`)"
            + "?.textContent.replaceAll(',', '') >= least",
        List.of(lane(lane), atLeast));
  }

  @Test
  void whatIsCutBlockedOrSwitchedRecoversWithoutLossOrDoubles() {
    Page page = open("/transports");
    rate(page, "20");
    for (String lane : Lab.LANES) {
      received(page, lane, 30);
    }

    for (String lane : Lab.LANES) {
      press(page, lane, "Cut");
    }
    for (String lane : List.of("websocket", "sse", "stream")) {
      expect(page, lane(lane) + " .state").containsText("Back after");
    }
    press(page, "sse", "Block");
    expect(page, lane("sse")).hasAttribute("data-state", "down");
    expect(page, lane("sse") + " .state").containsText("waiting");
    page.locator(lane("longpoll") + " select").selectOption("websocket");
    page.locator(lane("poll") + " select").selectOption("stream");
    page.locator(lane("websocket") + " select").selectOption("poll");
    press(page, "sse", "Unblock");
    rate(page, "50");
    for (String lane : Lab.LANES) {
      received(page, lane, 200);
    }
    rate(page, "Pause");

    for (String lane : Lab.LANES) {
      expect(page, lane(lane)).hasAttribute("data-behind", "0");
      expect(page, lane(lane)).hasAttribute("data-state", "connected");
      expect(page, lane(lane) + " [data-value=lost]").hasText("0");
      expect(page, lane(lane) + " [data-value=doubled]").hasText("0");
      expect(page, lane(lane) + " [data-value=bytes]").not().hasText("–");
      expect(page, lane(lane) + " [data-value=p50]").not().hasText("–");
    }
    expect(page, "#lost").hasText("0");
    expect(page, "#doubled").hasText("0");
  }

  @Test
  void aPageBeginsAnewWhenTheServerWasRestarted() {
    Page page = open("/transports");
    received(page, "websocket", 5);
    int port = stopServer();
    expect(page, "#trouble").isVisible();
    startAgain(port);

    expect(page, "#trouble").isHidden();
    received(page, "sse", 5);
    expect(page, "#lost").hasText("0");
    Locator lanes = page.locator(".lane");
    assertThat(lanes.count()).isEqualTo(5);
  }
}

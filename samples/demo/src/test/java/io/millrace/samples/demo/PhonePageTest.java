package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.millrace.Message;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pages on a phone. */
class PhonePageTest extends BrowserTest {

  private static final int WIDTH = 390;
  private static final int HEIGHT = 844;

  /** Text that does not fit into lines. */
  private static final String LONG = "물레방아🌊".repeat(12) + "x".repeat(120);

  private Page phone(String path, ColorScheme scheme) {
    return open(
        context(
            new Browser.NewContextOptions()
                .setViewportSize(WIDTH, HEIGHT)
                .setIsMobile(true)
                .setHasTouch(true)
                .setColorScheme(scheme)),
        path);
  }

  private void publish(String channel, JsonObject data) {
    server.millrace().channel(channel).publish(Message.json("vote", data)).await();
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void nothingIsWiderThanTheScreen(ColorScheme scheme) {
    server
        .millrace()
        .channel("chat.lobby")
        .publish(Message.json(new JsonObject().put("text", LONG)).withFrom(LONG))
        .await();
    publish(
        "feed.x",
        new JsonObject()
            .put("id", "1")
            .put("feed", "x")
            .put("kind", "vote")
            .put("title", LONG)
            .put("summary", LONG));
    for (String path : List.of("/", "/chat", "/chat#" + "wide".repeat(9), "/feed", "/transports")) {
      Page page = phone(path, scheme);
      page.waitForFunction(
          "() => document.querySelector('.cell, .message, #empty:not([hidden]), .entry, .lane')");
      page.locator(".lines summary").click();

      assertThat(page.evaluate("() => document.documentElement.scrollWidth"))
          .as(path)
          .isEqualTo(WIDTH);
      assertThat(page.evaluate(SMALL)).as("what is too small to touch on " + path).isEqualTo("");
    }
  }

  /** A radio button is touched by its label. */
  private static final String SMALL =
      """
      () => [...document.querySelectorAll('a:not(.skip, .entry a), button, select, input:not([type=radio]), summary,'
              + ' textarea, .segments label')]
          .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 40)
          .map((one) => `${one.tagName} ${one.textContent} ${one.getBoundingClientRect().height}`)
          .join(', ')""";

  @Test
  void twoLanesAreSeenTogether() {
    Page page = phone("/transports", ColorScheme.LIGHT);
    page.waitForFunction(
        "() => document.querySelectorAll('.lane[data-state=connected]').length === 5");

    // Also with the longest state that a lane shows.
    assertThat(
            page.evaluate(
                """
                () => {
                  for (const state of document.querySelectorAll('.state')) {
                    state.textContent = 'Back after 123.4 s, 12,345 caught up';
                  }
                  const lanes = [...document.querySelectorAll('.lane')].map((one) => one.getBoundingClientRect());
                  const height = innerHeight - document.querySelector('.top').offsetHeight;
                  return lanes.slice(1).every((lane, i) => lane.bottom - lanes[i].top <= height);
                }"""))
        .isEqualTo(true);
  }

  @Test
  void theLogShowsOnWhichSideThereIsMore() {
    for (int i = 0; i < 6; i++) {
      publish("chat.lobby", new JsonObject().put("text", "message " + i));
    }
    Page page = phone("/", ColorScheme.DARK);
    page.waitForFunction("() => document.querySelectorAll('.cell').length >= 6");
    expect(page, "#strip.after:not(.before)").isVisible();

    page.locator("#log").focus();
    page.keyboard().press("ArrowRight");
    expect(page, "#strip.after.before").isVisible();
    // Again and again, because scrolling by the key takes a moment.
    page.waitForFunction(
        """
        () => {
          document.querySelector('#log').scrollLeft = 1e6;
          return document.querySelector('#strip').matches('.before:not(.after)');
        }""");
  }
}

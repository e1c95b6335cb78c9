package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class FeedPageTest extends BrowserTest {

  @Test
  void entriesAppearNewestFirstAsTheyCome() {
    Page page = open("/feed");
    page.waitForFunction("() => document.querySelectorAll('.entry').length >= 20");
    Object newest = page.evaluate("() => document.querySelector('.entry').dataset.key");

    page.waitForFunction("(key) => document.querySelector('.entry').dataset.key !== key", newest);

    assertThat(
            page.evaluate(
                """
                () => {
                  const times = [...document.querySelectorAll('.entry time')].map((t) => t.dateTime);
                  return times.every((time, i) => i === 0 || times[i - 1] >= time);
                }"""))
        .isEqualTo(true);
    assertThat(
            page.evaluate(
                "() => new Set([...document.querySelectorAll('.entry')].map((e) => e.dataset.key)).size"
                    + " === document.querySelectorAll('.entry').length"))
        .isEqualTo(true);
  }

  @Test
  void theServerSendsOnlyTheKindsThatAreChosen() {
    Page page = open("/feed?transport=stream");
    page.waitForFunction("() => document.querySelectorAll('.entry').length >= 10");
    List<String> asked = new CopyOnWriteArrayList<>();
    page.onRequest((Request request) -> asked.add(request.url()));

    page.locator(".chip[data-kind=vote]").click();
    page.locator(".chip[data-kind=bill]").click();

    expect(page, ".chip[data-kind=bill]").hasAttribute("aria-pressed", "true");
    expect(page, "#ask").hasText("/live?channels=feed.*&last=40&events=vote,bill");
    page.waitForFunction("() => document.querySelectorAll('.entry').length >= 4");
    page.waitForFunction(
        """
        () => [...document.querySelectorAll('.entry')].every(
          (entry) => ['vote', 'bill'].includes(entry.dataset.event))""");
    assertThat(asked).anyMatch(url -> url.contains("/live") && url.contains("events=vote%2Cbill"));
  }

  @Test
  void theFrontPageShowsTheLogAndTheTransport() {
    Page page = open("/");

    page.waitForFunction("() => document.querySelectorAll('#log li').length >= 1");
    expect(page, "#link").hasAttribute("data-transport", "websocket");
  }
}

package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.Message;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The six lines on each page, copied as a visitor copies them, do what the page says. */
class LinesPageTest extends BrowserTest {

  /**
   * Runs a page's lines in an empty page of the same origin, and returns what they have logged when
   * the expected line is there.
   */
  private List<String> run(String path, Predicate<String> expected) {
    String lines = open(path).locator("[data-lines]").textContent();
    assertThat(lines.lines()).as(path).hasSize(6);
    Page page = open("/icon.svg");
    List<String> logged = new CopyOnWriteArrayList<>();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("log")) {
            logged.add(message.text());
          }
        });
    page.evaluate(
        """
        async (code) => {
          const names = /import (\\{.*?\\}) from ('.*?');/;
          const [, what, where] = names.exec(code);
          const body = code.replace(names, `const ${what} = await import(${where});`);
          await new (async () => {}).constructor(body)();
        }""",
        lines);
    page.waitForCondition(() -> logged.stream().anyMatch(expected));
    return logged;
  }

  private void publish(String channel, String event, JsonObject data) {
    server.millrace().channel(channel).publish(Message.json(event, data)).await();
  }

  @Test
  void theFrontPage() {
    publish("chat.lobby", "message", new JsonObject().put("text", "hello"));

    run("/", line -> line.contains("chat.lobby"));
    run("/", line -> line.contains("feed.congress"));
  }

  @Test
  void theChat() {
    run("/chat", line -> line.equals("Guest Good evening!"));
    Page room = open("/chat#Late%20night%20🌙");
    expect(room, "#messages .words").hasText("Good evening!");
  }

  @Test
  void theFeed() {
    publish("feed.x", "floor", new JsonObject().put("title", "Nothing"));
    publish("feed.x", "vote", new JsonObject().put("title", "A vote").put("summary", "Yea 1"));

    assertThat(run("/feed", line -> line.equals("vote A vote Yea 1")))
        .allMatch(line -> line.startsWith("vote ") || line.startsWith("bill "));
  }

  @Test
  void theTransports() {
    run("/transports", line -> line.matches("message \\S+ \\S.*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/chat", "/feed", "/transports"})
  void aButtonCopiesThem(String path) {
    var context = context();
    context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
    Page page = open(context, path);
    if (!page.locator(".lines pre").isVisible()) {
      page.locator(".lines summary").click();
    }
    page.locator(".lines button").click();

    // The button itself says it for two seconds only.
    expect(page, ".lines [role=status]").hasText("Copied");
    assertThat(page.evaluate("() => navigator.clipboard.readText()"))
        .isEqualTo(page.locator("[data-lines]").textContent());
  }
}

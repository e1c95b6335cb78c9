package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.millrace.Message;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.Normalizer;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ChatPageTest extends BrowserTest {

  private static final String WORDS = "#messages .words";

  private Page enter(String name, String transport) {
    Page page = open("/chat?transport=" + transport);
    signIn(page, name);
    expect(page, "#me").hasText(name);
    expect(page, "#link").hasAttribute("data-transport", transport);
    return page;
  }

  private static void signIn(Page page, String name) {
    page.locator("#name").fill(name);
    page.locator("#name").press("Enter");
  }

  private static void say(Page page, String words) {
    page.locator("#text").fill(words);
    page.locator("#text").press("Enter");
  }

  private static List<String> read(Page page) {
    return page.locator(WORDS).allTextContents();
  }

  private void publish(String channel, String id, String words) {
    JsonObject message = new JsonObject().put("id", id).put("text", words);
    server.millrace().channel(channel).publish(Message.json(message).withFrom("Server")).await();
  }

  @Test
  void threePagesOnThreeTransportsReadTheSameInTheSameOrder() {
    List<Page> pages =
        List.of(enter("Ada", "websocket"), enter("보라", "sse"), enter("Cem", "longpoll"));

    for (int round = 1; round <= 4; round++) {
      say(pages.get(0), "round " + round + " <script>window.broken = 1</script>");
      say(pages.get(1), round + "번째, 안녕하세요 🌊");
      say(pages.get(2), round + " <b>bold</b> & more");
    }

    for (Page page : pages) {
      expect(page, WORDS).hasCount(12);
      expect(page, ".pending").hasCount(0);
    }
    assertThat(read(pages.get(1))).isEqualTo(read(pages.get(0)));
    assertThat(read(pages.get(2))).isEqualTo(read(pages.get(0)));
    assertThat(read(pages.get(0)))
        .contains(
            "round 1 <script>window.broken = 1</script>", "4번째, 안녕하세요 🌊", "2 <b>bold</b> & more");
    for (Page page : pages) {
      assertThat(page.evaluate("() => window.broken ?? 'whole'")).isEqualTo("whole");
      assertThat(page.locator("#messages b").count()).isZero();
    }
    assertThat(pages.get(0).locator(".own").count()).isEqualTo(4);
  }

  @Test
  void anAddressThatNamesNoRoomLeadsToTheLobby() {
    for (String address :
        List.of("/chat#%E0%A4%A", "/chat#%20%20", "/chat#", "/chat#" + "가".repeat(40))) {
      Page page = open(address);
      expect(page, "#title").hasText("Lobby");
      expect(page, "#link").hasAttribute("data-state", "connected");
    }
  }

  @Test
  void aRoomHasANameInAnyScript() {
    for (String name :
        List.of(
            "한국어 방",
            "🌊🌊",
            "Später, naïve & <b>",
            "a_b.c/d#e%f",
            "constructor",
            "__proto__",
            "2024",
            "가".repeat(39))) {
      Page page = open("/chat");
      page.locator("#room").fill(name + "  ");
      page.locator("#room").press("Enter");
      expect(page, "#title").hasText(name);
      say(page, "from the first");

      Page other = open(page.url().substring(page.url().indexOf("/chat")));
      expect(other, "#title").hasText(name);
      expect(other, "#rooms [aria-current]").hasText(name);
      expect(other, WORDS).hasText("from the first");
      say(other, "from the second");
      expect(page, WORDS).hasCount(2);
    }
  }

  /** The same letters, composed and decomposed, as keyboards of different systems send them. */
  @Test
  void aRoomIsTheSameHoweverItsLettersAreComposed() {
    Page whole = open("/chat#" + Normalizer.normalize("한국", Normalizer.Form.NFC));
    Page parts = open("/chat#" + Normalizer.normalize("한국", Normalizer.Form.NFD));
    say(whole, "here");

    expect(parts, WORDS).hasText("here");
  }

  @Test
  void aRoomIsFoundByWhatItIsCalled() {
    publish("chat.late-night", "a", "good night");
    Page page = open("/chat");
    page.locator("#room").fill("late NIGHT");
    page.locator("#room").press("Enter");

    expect(page, "#title").hasText("Late night");
    expect(page, WORDS).hasText("good night");
    expect(page, "#rooms a").hasCount(4);
  }

  @Test
  void anEmptyRoomSaysSoUntilSomebodySpeaks() {
    Page page = open("/chat#빈%20방");
    expect(page, "#empty").containsText("Nobody has said anything in 빈 방 yet.");
    Page other = open("/chat#빈%20방");
    expect(other, "#empty").isVisible();

    say(page, "hello");
    expect(page, "#empty").isHidden();
    expect(other, "#empty").isHidden();
    expect(other, WORDS).hasText("hello");

    // Another empty room, and back.
    page.locator("#rooms a", new Page.LocatorOptions().setHasText("Weather")).click();
    expect(page, "#empty").containsText("Weather");
    page.goBack();
    expect(page, WORDS).hasText("hello");
    expect(page, "#empty").isHidden();
  }

  @Test
  void aRoomWithOldMessagesIsNeverCalledEmpty() {
    publish("chat.lobby", "old", "from before");
    BrowserContext context = context();
    context.addInitScript(
        """
        window.shownEmpty = 0;
        document.addEventListener('DOMContentLoaded', () => {
          const empty = document.getElementById('empty');
          const look = () => (shownEmpty += !empty.hidden);
          look();
          new MutationObserver(look).observe(empty, { attributes: true });
        });""");
    Page page = open(context, "/chat");
    expect(page, WORDS).hasText("from before");
    page.waitForFunction("() => document.querySelector('#link').dataset.state === 'connected'");
    say(page, "now");
    expect(page, WORDS).hasCount(2);

    assertThat(page.evaluate("() => shownEmpty")).isEqualTo(0);
  }

  /** Messages from another program may have no id. */
  @Test
  void messagesWithoutAnIdAreAllShown() {
    for (String words : List.of("first", "second")) {
      JsonObject message = new JsonObject().put("text", words);
      server.millrace().channel("chat.lobby").publish(Message.json(message)).await();
    }
    expect(open("/chat"), WORDS).hasText(new String[] {"first", "second"});
  }

  @Test
  void whoEntersReadsTheLastFifty() {
    for (int i = 1; i <= 60; i++) {
      publish("chat.lobby", "m" + i, "message " + i);
    }

    Page page = open("/chat");

    expect(page, WORDS).hasCount(50);
    assertThat(read(page)).startsWith("message 11").endsWith("message 60");
  }

  @Test
  void roomsAreApart() {
    publish("chat.lobby", "a", "in the lobby");
    publish("chat.hangul", "b", "한국어로");
    Page page = open("/chat");
    expect(page, WORDS).hasText("in the lobby");

    page.locator("#rooms a", new Page.LocatorOptions().setHasText("한국어")).click();

    expect(page, WORDS).hasText("한국어로");
    expect(page, "h1").hasText("한국어");
  }

  @Test
  void pagesLiveOnWhenTheServerIsRestartedAndNothingIsDoubled() {
    List<Page> pages =
        List.of(enter("Ada", "websocket"), enter("Bo", "sse"), enter("Cem", "stream"));
    say(pages.get(0), "before");
    pages.forEach(page -> expect(page, WORDS).hasCount(1));

    int port = stopServer();
    for (Page page : pages) {
      expect(page, "#notice").isVisible();
    }
    say(pages.get(0), "meanwhile");
    expect(pages.get(0), ".pending").hasCount(1);
    startAgain(port);

    for (Page page : pages) {
      expect(page, "#link").hasAttribute("data-state", "connected");
    }
    for (Page page : pages) {
      say(page, "after, from " + page.locator("#me").textContent());
    }
    for (Page page : pages) {
      expect(page, WORDS).hasCount(5);
      expect(page, ".pending").hasCount(0);
      assertThat(read(page))
          .containsExactlyInAnyOrder(
              "before", "meanwhile", "after, from Ada", "after, from Bo", "after, from Cem");
    }
    assertThat(pages.get(1).locator(".divider")).extracting(Locator::count).isEqualTo(1);
  }

  @Test
  void anotherTransportIsForcedAndTheNextMessageComesOverIt() {
    Page page = open("/chat");
    expect(page, "#link").hasAttribute("data-transport", "websocket");

    for (String transport : List.of("sse", "longpoll", "stream", "websocket")) {
      page.locator("#transport").selectOption(transport);
      expect(page, "#link").hasAttribute("data-transport", transport);
      publish("chat.lobby", "over-" + transport, "over " + transport);
      expect(page, "[data-id='over-" + transport + "']").isVisible();
    }
    assertThat(read(page))
        .containsExactly("over sse", "over longpoll", "over stream", "over websocket");
  }

  @Test
  void everybodySeesWhoSpeaksAndNobodySpeaksAsAnother() throws Exception {
    Page ada = enter("Ada", "websocket");
    Page bora = enter("보라", "sse");
    say(ada, "I am Ada");
    say(bora, "저는 보라");
    say(open("/chat"), "I have no name");
    HttpRequest forged =
        HttpRequest.newBuilder(URI.create(url("/live/publish")))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    """
                    {"channel":"chat.lobby","from":"Ada",
                     "data":{"id":"forged","name":"Ada","from":"Ada","text":"I am Ada, too"}}"""))
            .build();
    HttpClient.newHttpClient().send(forged, HttpResponse.BodyHandlers.discarding());

    expect(bora, senderOf("I am Ada")).hasText("Ada");
    expect(ada, senderOf("저는 보라")).hasText("보라");
    for (Page page : List.of(ada, bora)) {
      expect(page, senderOf("I am Ada, too")).hasText("Guest not signed in");
      expect(page, senderOf("I have no name")).hasText("Guest not signed in");
      assertThat(page.locator("[data-from='Ada']").count()).isEqualTo(1);
    }
  }

  private static String senderOf(String words) {
    return ".message:has(.words:text-is('" + words + "')) .from";
  }

  @Test
  void aNameThatIsInUseIsRefusedAndAnotherOneIsSuggested() {
    Page first = enter("Ada", "websocket");
    Page second = open("/chat");
    signIn(second, "aDA");
    expect(second, "#refused").containsText("Somebody else is called aDA.");
    expect(second, "#name").hasValue(Pattern.compile("aDA \\d{1,2}"));
    expect(second, "#sign-out").isHidden();

    first.locator("#sign-out button").click();
    expect(first, "#sign-in").isVisible();
    signIn(second, "aDA");
    expect(second, "#me").hasText("aDA");
    expect(second, "#refused").isHidden();
  }

  @Test
  void whoSignsOutSpeaksAsAGuestOnAllPages() {
    BrowserContext browser = context();
    Page one = open(browser, "/chat");
    Page other = open(browser, "/chat");
    signIn(one, "Ada");
    expect(other, "#me").hasText("Ada");
    say(other, "as Ada");
    expect(one, senderOf("as Ada")).hasText("Ada");

    one.locator("#sign-out button").click();
    expect(other, "#sign-in").isVisible();
    say(other, "as nobody");
    expect(one, senderOf("as nobody")).hasText("Guest not signed in");
    expect(one, WORDS).hasText(new String[] {"as Ada", "as nobody"});
    expect(other, ".pending").hasCount(0);
  }

  @Test
  void theRoomShowsWhoIsThere() {
    Page ada = enter("Ada", "websocket");
    expect(ada, "#here").hasText("1 here Ada");
    Page bo = enter("Bo", "longpoll");
    open("/chat");
    expect(ada, ".member").hasText(new String[] {"Ada", "Bo"});
    expect(bo, ".member").hasCount(2);

    bo.locator("#sign-out button").click();
    expect(bo, "#here").hasText("Sign in to see who is here.");
    expect(ada, "#here").hasText("1 here Ada");
  }
}

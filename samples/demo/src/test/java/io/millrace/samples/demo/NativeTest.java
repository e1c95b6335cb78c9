package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.Message;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A browser can read without a library: none is loaded here. */
class NativeTest extends BrowserTest {

  private static final List<String> SENT =
      IntStream.rangeClosed(1, 20).mapToObj(i -> i + ". 물레방아 🌊\nsecond line").toList();

  /** A page of the same origin without a script. */
  private Page blank() {
    return open("/icon.svg");
  }

  private void publish() {
    for (String text : SENT) {
      server.millrace().channel("chat.native").publish(Message.json(text)).await();
    }
  }

  @Test
  void anEventSourceReadsThePayloads() {
    Page page = blank();
    page.evaluate(
        """
        () => new Promise((resolve) => {
          window.got = [];
          window.source = new EventSource('/live?channels=chat.native');
          source.onopen = resolve;
          source.onmessage = ({ data }) => got.push(data);
        })""");
    publish();

    page.waitForFunction("() => got.length === 20");
    assertThat(page.evaluate("() => got")).isEqualTo(SENT);
  }

  @Test
  void anEventSourceGoesOnByItselfAfterItsConnectionBroke() {
    Page page = blank();
    JsonObject visitor =
        new JsonObject(
            (String)
                page.evaluate(
                    """
                    async () => {
                      window.post = (path) =>
                        fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'});
                      return (await post('/lab')).text();
                    }"""));
    String id = visitor.getString("visitor");
    page.evaluate(
        """
        (id) => new Promise((resolve) => {
          window.got = [];
          window.opened = 0;
          window.source = new EventSource(`/live?channels=chat.native&visitor=${id}&lane=sse`);
          source.onopen = () => { opened++; resolve(); };
          source.onmessage = ({ data }) => got.push(data);
        })""",
        id);
    for (int i = 0; i < SENT.size(); i++) {
      server.millrace().channel("chat.native").publish(Message.json(SENT.get(i))).await();
      if (i == 9) {
        page.evaluate("(id) => post(`/lab/${id}/lanes/sse/cut`)", id);
      }
    }

    page.waitForFunction("() => got.length >= 20");
    assertThat(page.evaluate("() => got")).isEqualTo(SENT);
    assertThat(page.evaluate("() => opened")).isEqualTo(2);
  }

  @Test
  void aWebSocketReadsThePayloads() {
    Page page = blank();
    page.evaluate(
        """
        () => new Promise((resolve) => {
          window.got = [];
          window.socket = new WebSocket(`ws://${location.host}/live?channels=chat.native`);
          socket.onopen = resolve;
          socket.onmessage = ({ data }) => got.push(data);
        })""");
    publish();

    page.waitForFunction("() => got.length === 20");
    assertThat(page.evaluate("() => got")).isEqualTo(SENT);
    assertThat(page.evaluate("() => socket.protocol + socket.extensions")).isEqualTo("");
  }
}

package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/** Makes a request at which the authorizer fails, and then a harmless one on the same WebSocket. */
final class AuthorizerFaults implements Attack {

  private static final int LINES = 20;

  private final String fault;

  AuthorizerFaults(String fault) {
    this.fault = fault;
  }

  @Override
  public String name() {
    return "authorizer-" + fault;
  }

  @Override
  public String tries() {
    return "on WebSockets and by polls, requests that the authorizer "
        + switch (fault) {
          case FaultyAuthorizer.SILENT -> "never answers, until they are refused";
          case FaultyAuthorizer.NULL -> "answers with null";
          case FaultyAuthorizer.NOTHING -> "answers with a future of null";
          default -> "answers with an Error";
        }
        + "; then something harmless";
  }

  @Override
  public Setup setup() {
    return Setup.README.withAuthorizer();
  }

  @Override
  public void run(Attacker attacker) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < LINES && attacker.goesOn(); i++) {
      String channel = fault + "." + i;
      attacker.open(HttpAnswers::new).ifPresent(line -> poll(attacker, line, channel, lines));
      attacker.webSocket().ifPresent(line -> subscribe(attacker, line, channel, lines));
    }
    attacker.awaitLate(() -> lines.stream().allMatch(line -> line.unanswered() <= 0));
    lines.forEach(line -> attacker.answers().add(Answers.NONE, line.unanswered()));
  }

  private static void poll(Attacker attacker, Line line, String channel, List<Line> lines) {
    ask(attacker, line, Requests.request("GET", Requests.MOUNT + "?channels=" + channel));
    lines.add(line);
  }

  private static void subscribe(Attacker attacker, Line line, String channel, List<Line> lines) {
    String subscribe = "{\"type\":\"subscribe\",\"id\":1,\"channels\":[\"" + channel + "\"]}";
    ask(attacker, line, Requests.frame(subscribe));
    // Not a ping, because a heartbeat could be taken for its answer.
    ask(
        attacker,
        line,
        Requests.frame("{\"type\":\"unsubscribe\",\"id\":2,\"channels\":[\"clock\"]}"));
    lines.add(line);
  }

  private static void ask(Attacker attacker, Line line, Buffer bytes) {
    if (attacker.send(line, bytes)) {
      line.ask();
    }
  }
}

package io.millrace.acceptance;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.tck.TestNode;
import io.millrace.testkit.FaultProxy;
import io.millrace.testkit.Needed;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that know nothing of Millrace receive everything once and in order when their connection
 * breaks, and hear how much they have missed when it was away for too long.
 */
@Timeout(300)
class NativeClientsTest {

  @RegisterExtension static final Needed CURL = Needed.program("curl", "curl");

  private static final Path CLIENT = Path.of("../../client-js");

  @RegisterExtension
  static final Needed NODE =
      Needed.of(
          "Node.js 20 or later, and the packages of the browser client's tests",
          "npm ci --prefix client-js",
          () ->
              Needed.find("node").isPresent()
                  && Files.exists(CLIENT.resolve("node_modules/@microsoft/fetch-event-source")));

  private static final int SOME = 10;
  private static final String FILLER = "x".repeat(200);

  private final List<JsonObject> received = new CopyOnWriteArrayList<>();
  private TestNode node;
  private FaultProxy network;
  private Optional<Process> program = Optional.empty();
  private int published;

  private void start(String name, MillraceOptions options) throws IOException {
    node = TestNode.start(options);
    network = new FaultProxy("localhost", node.port());
    Process reader =
        new ProcessBuilder(
                "node",
                "test/native/read.js",
                name,
                "http://127.0.0.1:" + network.port() + "/live?channels=a")
            .directory(CLIENT.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    program = Optional.of(reader);
    Thread reading = new Thread(() -> read(reader.inputReader(StandardCharsets.UTF_8)));
    reading.setDaemon(true);
    reading.start();
    await().until(() -> opened() == 1);
  }

  private void read(BufferedReader lines) {
    lines.lines().forEach(line -> received.add(new JsonObject(line)));
  }

  @AfterEach
  void stop() {
    program.ifPresent(Process::destroy); // Its input ends, too.
    network.close();
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eventsource", "fetch-event-source", "ws", "curl"})
  void whatIsPublishedWhileTheConnectionIsBrokenArrivesOnceAndInOrder(String name)
      throws IOException {
    start(name, new MillraceOptions());
    publish(SOME);
    await().until(() -> payloads().size() == SOME);
    network.cut();
    publish(SOME);
    network.mend();
    await().until(() -> opened() == 2);
    publish(SOME);
    await().until(() -> payloads().size() >= published);
    assertThat(payloads()).isEqualTo(IntStream.range(0, published).boxed().toList());
    assertThat(gaps()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eventsource", "fetch-event-source", "ws", "curl"})
  void whoWasAwayForTooLongHearsHowMuchItHasMissed(String name) throws IOException {
    start(name, new MillraceOptions().setRingBytes(8 << 10).setHistory(HistoryOptions.NONE));
    publish(SOME);
    await().until(() -> payloads().size() == SOME);
    network.cut();
    publish(SOME * SOME);
    network.mend();
    await().until(() -> opened() == 2);
    publish(SOME);
    await().until(() -> payloads().contains(published - 1));
    assertThat(gaps()).hasSize(1);
    int missed = gaps().get(0).getJsonObject("missed").getInteger("a");
    assertThat(missed).isPositive();
    assertThat(payloads())
        .isEqualTo(
            IntStream.range(0, published)
                .filter(i -> i < SOME || i >= SOME + missed)
                .boxed()
                .toList());
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      String data = published++ + " " + FILLER;
      node.publish("a", Message.json(data));
    }
  }

  private long opened() {
    return received.stream().filter(each -> each.containsKey("open")).count();
  }

  private List<JsonObject> gaps() {
    return received.stream()
        .filter(each -> each.containsKey("gap"))
        .map(each -> each.getJsonObject("gap"))
        .toList();
  }

  /** An empty one would not be a number. */
  private List<Integer> payloads() {
    return received.stream()
        .filter(each -> each.containsKey("data"))
        .map(each -> Integer.valueOf(each.getString("data").split(" ", 2)[0]))
        .toList();
  }
}

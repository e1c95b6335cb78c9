package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.EqualHashes;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What strangers try that may publish: rows of docs/security.md that no other test covers. */
class StrangersTest {

  private static final int MANY = 2_000;
  private static final long BOUND = 100_000;

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions()
          .addPublishable("**")
          .setRingBytes(BOUND)
          .setHistoryBytes(BOUND)
          .setPublishesPerSecond(0)
          .setPublishesPerSecondPerAddress(0)
          .setCommandsPerSecond(0);
  private Server server;

  private void listen() {
    server = new Server(vertx, options).listen();
  }

  private static String longName(int number) {
    String end = Integer.toString(number);
    return "n".repeat(ChannelPattern.MAX_LENGTH - end.length()) + end;
  }

  private static String message(String channel) {
    return "{\"channel\":\"" + channel + "\",\"data\":1}";
  }

  private void held() {
    assertThat(server.node.counts().heldBytes()).isBetween(BOUND, 2 * BOUND);
    assertThat(server.node.counts().channels()).isLessThan(MANY / 2);
  }

  @Test
  void tinyMessagesOnEverNewNamesAreHeldWithinTheBounds() {
    listen();
    HttpClient client = vertx.get().createHttpClient();
    for (int i = 0; i < MANY; i++) {
      String body = message(longName(i));
      int status =
          Server.await(
              client
                  .request(HttpMethod.POST, server.port, "localhost", "/live/publish")
                  .compose(
                      request -> request.putHeader("Content-Type", "application/json").send(body))
                  .map(HttpClientResponse::statusCode));
      assertThat(status).isEqualTo(200);
    }
    held();
    Server.await(client.close());
  }

  @Test
  void tinyMessagesInCommandsAreHeldWithinTheBoundsToo() throws IOException {
    listen();
    int connection = server.connect("");
    for (int i = 0; i < MANY; i += 100) {
      String commands =
          IntStream.range(i, i + 100)
              .mapToObj(n -> "{\"type\":\"publish\",\"id\":1," + message(longName(n)).substring(1))
              .collect(Collectors.joining(",", "[", "]"));
      Server.await(server.send(connection, commands));
    }
    assertThat(server.outlets.get(connection).frames("ok")).hasSize(MANY);
    held();
  }

  @Test
  void aMillionChannelsPublishedOnceAreHeldWithinTheBoundsAndOthersGoOn() throws IOException {
    listen();
    int reader = server.connect("?channels=clock");
    for (int i = 0; i < 1_000_000; i++) {
      server.append("once." + i, Message.json(1));
      if (i % 100_000 == 0) {
        server.append("clock", Message.json(1));
        int ticks = 1 + i / 100_000;
        Rig.eventually(() -> assertThat(server.outlets.get(reader).sequences()).hasSize(ticks));
      }
    }
    held();
    assertThat(server.outlets.get(reader).frames("gap")).isEmpty();
    assertThat(server.get("/once?channels=once.0,once.999999&last=1").status()).isEqualTo(200);
  }

  @Test
  void tenThousandSubscriptionsOfOneClientAreRefusedAndItsConnectionGoesOn() throws IOException {
    listen();
    int connection = server.connect("");
    int most = options.maxChannels();
    for (int i = 0; i < 10_000; i += most) {
      var unused = server.send(connection, "{\"type\":\"subscribe\",\"id\":1," + names(i, most));
    }
    TestOutlet outlet = server.outlets.get(connection);
    Rig.eventually(() -> assertThat(outlet.frames("error")).hasSize(10_000 / most - 1));
    assertThat(outlet.frames("error"))
        .allMatch(error -> error.getString("code").equals("bad-request"));
    assertThat(server.node.counts().subscriptions()).isEqualTo(most);
    server.append("many.0", Message.json(1));
    Rig.eventually(() -> assertThat(outlet.sequences()).hasSize(1));
    Server.Answer all =
        server.request("POST", "/stay", "{" + names(0, 10_000), "Content-Type: application/json");
    assertThat(all.status()).isEqualTo(400);
    assertThat(server.node.counts().subscriptions()).isEqualTo(most);
  }

  private static String names(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> "many." + i)
        .collect(Collectors.joining("\",\"", "\"channels\":[\"", "\"]}"));
  }

  @Test
  void bodiesOfAGigabyteAreRefusedWhetherTheySayTheirLengthOrNot() throws IOException {
    options.setBodyTimeout(Duration.ofSeconds(2)); // So long, the rest is thrown away.
    listen();
    String head =
        "POST /live/publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    String chunk = "10000\r\n" + " ".repeat(1 << 16) + "\r\n";
    int chunks = options.maxClientMessageBytes() / (1 << 16) + 1;
    for (String beginning :
        List.of(
            head + "Content-Length: 1073741824\r\n\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(chunks))) {
      try (Socket socket = new Socket("localhost", server.port)) {
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 413".length());
        assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
        assertThat(server.mount().bodies().room().held()).isLessThan(1 << 16);
        assertThat(server.publish(message("a")).status()).as("others").isEqualTo(200);
      }
    }
  }

  @Test
  void channelsOfEqualHashCodesArePublishedToAsFastAsToOthers() throws IOException {
    options.setRingBytes(1 << 30).setHistoryBytes(1 << 30);
    listen();
    List<String> chosen = EqualHashes.strings(14);
    List<String> others = IntStream.range(0, chosen.size()).mapToObj(i -> longName(i)).toList();
    appendTo(others); // The code is compiled.
    long usual = cpuNanos(others);
    // Compared one after another, as in a list, they would take a thousand times as long.
    assertThat(cpuNanos(chosen)).isLessThan(20 * usual + 500_000_000);
    assertThat(server.node.counts().channels()).isEqualTo(2 * chosen.size());
  }

  @Test
  void namesOfEqualHashCodesAreSubscribedAsFastAsOthers() throws IOException {
    listen();
    List<String> chosen = EqualHashes.strings(14);
    List<String> others = IntStream.range(0, chosen.size()).mapToObj(i -> longName(i)).toList();
    subscribeAll(others.subList(0, 2_000)); // The code is compiled.
    long usual = subscribeAll(others);
    assertThat(subscribeAll(chosen)).isLessThan(20 * usual + 500_000_000);
    assertThat(server.node.counts().subscriptions()).isEqualTo(2_000 + 2 * chosen.size());
  }

  /** Returns how much CPU time the event loop used for it. */
  private long subscribeAll(List<String> names) throws IOException {
    int last = server.connect("");
    long before = loopNanos(last);
    int most = options.maxChannels();
    for (int i = 0; i < names.size(); i += most) {
      last = server.connect("");
      String list =
          names.subList(i, Math.min(names.size(), i + most)).stream()
              .collect(Collectors.joining("\",\"", "[\"", "\"]"));
      Server.await(
          server.send(last, "{\"type\":\"subscribe\",\"id\":1,\"channels\":" + list + "}"));
      assertThat(server.outlets.get(last).frames("ok")).hasSize(1);
    }
    return loopNanos(last) - before;
  }

  private long loopNanos(int connection) {
    var threads = ManagementFactory.getThreadMXBean();
    return Server.await(
        server.onLoop(connection, () -> Future.succeededFuture(threads.getCurrentThreadCpuTime())));
  }

  private void appendTo(List<String> channels) {
    channels.forEach(channel -> server.append(channel, Message.json(1)));
  }

  private long cpuNanos(List<String> channels) {
    var threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    for (int round = 0; round < 3; round++) {
      appendTo(channels);
    }
    return threads.getCurrentThreadCpuTime() - before;
  }
}

package io.millrace.core.http;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Fuzzes what a client sends on its connection to a real node. */
class CommandsFuzzTest {

  /** More commands might be refused for their number. */
  private static final int FEW = 16;

  private static Vertx vertx;
  private static CommandNode node;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    node =
        new CommandNode(
            vertx,
            new MillraceOptions()
                .addPublishable("**")
                .addSubscribable("**")
                .setMaxChannels(8)
                .setPublishesPerSecond(0)
                .setCommandsPerSecond(0));
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  @FuzzTest
  void receive(byte[] bytes) throws InterruptedException {
    Optional<List<JsonObject>> commands = commands(bytes).filter(known -> known.size() <= FEW);
    List<Object> owed = commands.map(CommandsFuzzTest::owed).orElse(List.of());
    CommandNode.Connection connection = node.connect();
    connection.receive(bytes);
    // A new id each time, because the search learns values that it is compared with.
    String end = UUID.randomUUID().toString();
    connection.receive(last(end));
    List<JsonObject> answers = answers(connection, end, owed.size());
    assertThat(connection.endings).as("the connection stays").isEmpty();
    connection.close();
    if (commands.isPresent()) {
      checkAnswers(owed, answers);
      checkPublished(commands.get());
      checkAcknowledged(commands.get(), answers);
    }
  }

  /** The ids of the commands that are answered, in order: all except pings. */
  private static List<Object> owed(List<JsonObject> commands) {
    return commands.stream()
        .filter(command -> !"ping".equals(command.getValue("type")))
        .map(command -> Optional.ofNullable(command.getValue("id")))
        .collect(toCollection(ArrayList::new));
  }

  private static byte[] last(String id) {
    return new JsonObject()
        .put("type", "unsubscribe")
        .put("id", id)
        .put("channels", new JsonArray().add("end"))
        .toBuffer()
        .getBytes();
  }

  /**
   * Returns the answers, once this number of them and that of the last command have come. A
   * subscription is answered after its replay, which may be later.
   */
  private static List<JsonObject> answers(CommandNode.Connection connection, String end, int number)
      throws InterruptedException {
    List<JsonObject> answers = new ArrayList<>();
    boolean ended = false;
    while (!ended || answers.size() < number) {
      JsonObject frame = connection.told.poll(1, TimeUnit.MINUTES);
      assertThat(frame).as("%d answers come, not only %s", number, answers).isNotNull();
      String type = frame.getString("type");
      if (end.equals(frame.getValue("id"))) {
        assertThat(type).isEqualTo("ok");
        ended = true;
      } else if (type.equals("ok") || type.equals("error")) {
        answers.add(frame);
      }
      if (type.equals("error")) {
        assertThat(frame.getString("code")).as(frame.encode()).isNotEqualTo("internal");
        assertThat(frame.getString("message")).isNotBlank();
      }
    }
    return answers;
  }

  /**
   * Reads the commands in another way; empty if the input is neither an array of objects nor one
   * object.
   */
  private static Optional<List<JsonObject>> commands(byte[] bytes) {
    Object value;
    try {
      value = Json.decodeValue(Message.jsonText(Buffer.buffer(bytes)).data());
    } catch (MillraceException noJson) {
      return Optional.empty();
    }
    List<JsonObject> commands = new ArrayList<>();
    for (Object each : value instanceof JsonArray array ? array : new JsonArray().add(value)) {
      if (!(each instanceof JsonObject object)) {
        return Optional.empty();
      }
      commands.add(object);
    }
    return Optional.of(commands);
  }

  /** Each is answered once, with its id, or without one if the id cannot be read. */
  private static void checkAnswers(List<Object> owed, List<JsonObject> answers) {
    assertThat(answers).hasSameSizeAs(owed);
    List<Object> left = new ArrayList<>(owed);
    for (JsonObject answer : answers) {
      Object id = answer.getValue("id");
      assertThat(id == null || left.remove(Optional.of(id))).as("%s of %s", answer, owed).isTrue();
    }
  }

  /** The broker was given what was asked for, in order, and it reaches other nodes unchanged. */
  private static void checkPublished(List<JsonObject> commands) {
    Iterator<JsonObject> asked = commands.iterator();
    for (CommandNode.Published published : node.published) {
      boolean found = false;
      while (!found && asked.hasNext()) {
        found = asksFor(asked.next(), published);
      }
      assertThat(found).as("%s was asked for", published).isTrue();
      checkTravels(published.message());
    }
  }

  /**
   * Everything that was acknowledged was published, once; a message with a key may have been
   * published earlier.
   */
  private static void checkAcknowledged(List<JsonObject> commands, List<JsonObject> answers) {
    long said = answers.stream().filter(answer -> answer.containsKey("published")).count();
    long keyed = commands.stream().filter(command -> command.containsKey("key")).count();
    assertThat((long) node.published.size()).isBetween(said - keyed, said);
  }

  private static boolean asksFor(JsonObject command, CommandNode.Published published) {
    Message message = published.message();
    return "publish".equals(command.getValue("type"))
        && published.channel().equals(command.getValue("channel"))
        && message
            .event()
            .equals(Objects.requireNonNullElse(command.getValue("event"), Message.DEFAULT_EVENT))
        && (message.isJson()
            ? Objects.equals(message.json().orElse(null), command.getValue("data"))
            : Arrays.equals(
                message.data().getBytes(),
                Base64.getDecoder().decode(command.getString("base64"))));
  }

  /** Strings reach the other nodes as UTF-8. */
  private static void checkTravels(Message message) {
    Map<String, String> headers = new HashMap<>();
    MessageHeaders.write(message)
        .forEach(
            (name, value) ->
                headers.put(
                    name,
                    new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)));
    Message arrived = MessageHeaders.read(headers, message.data());
    assertThat(arrived.event()).isEqualTo(message.event());
    assertThat(arrived.data()).isEqualTo(message.data());
    assertThat(arrived.isJson()).isEqualTo(message.isJson());
    assertThat(arrived.priority()).isEqualTo(message.priority());
    assertThat(arrived.time()).isEqualTo(message.time());
  }
}

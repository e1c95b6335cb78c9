package io.millrace.broker.amqp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Priority;
import io.millrace.Publication;
import io.millrace.tck.Artemis;
import io.millrace.tck.RecordingIngress;
import io.vertx.amqp.AmqpClient;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpMessageBuilder;
import io.vertx.amqp.AmqpReceiver;
import io.vertx.amqp.AmqpReceiverOptions;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests messages that other programs publish, and what they receive of our messages. */
class ForeignMessagesTest {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  private static final byte[] BINARY = {0, (byte) 0xff, (byte) 0xfe, 10, 0};

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private AmqpBroker broker;
  private AmqpClient client;
  private AmqpSender sender;

  private AmqpBrokerOptions options() {
    return new AmqpBrokerOptions()
        .setHosts(List.of(ARTEMIS.host() + ":" + ARTEMIS.amqpPort()))
        .setUsername(ARTEMIS.username())
        .setPassword(ARTEMIS.password());
  }

  @BeforeEach
  void open() {
    broker = new AmqpBroker(options());
    start();
    client =
        AmqpClient.create(
            vertx,
            new AmqpClientOptions()
                .setHost(ARTEMIS.host())
                .setPort(ARTEMIS.amqpPort())
                .setUsername(ARTEMIS.username())
                .setPassword(ARTEMIS.password()));
    sender = client.createSender("millrace.orders.new").await();
  }

  private void start() {
    broker.open(ingress).await();
    broker.subscribe(ChannelPattern.of("orders.*")).await();
  }

  @AfterEach
  void close() {
    broker.close().await();
    vertx.close().await();
  }

  private Message arrives(AmqpMessageBuilder message) {
    int before = ingress.received().size();
    sender.sendWithAck(message.build()).await();
    await().until(() -> ingress.received().size() > before);
    assertThat(ingress.received().get(before).channel()).isEqualTo("orders.new");
    return ingress.received().get(before).message();
  }

  private static AmqpMessageBuilder body(byte[] bytes) {
    return AmqpMessage.create().withBufferAsBody(Buffer.buffer(bytes));
  }

  @Test
  void bodiesOfEveryKindArriveUnchanged() {
    assertThat(arrives(AmqpMessage.create().withBody("안녕 \"세계\"")).json()).contains("안녕 \"세계\"");
    assertThat(arrives(AmqpMessage.create().withBody("{\"n\":1.50}")).data().toString())
        .isEqualTo("{\"n\":1.50}");
    assertThat(arrives(body("안녕".getBytes(StandardCharsets.UTF_8))).json()).contains("안녕");
    assertThat(arrives(body(BINARY)).data().getBytes()).isEqualTo(BINARY);
    assertThat(arrives(body(BINARY)).isJson()).isFalse();
    assertThat(arrives(body(new byte[0])).json()).contains("");
    assertThat(arrives(AmqpMessage.create().withIntegerAsBody(7)).json()).contains(7);
    assertThat(arrives(AmqpMessage.create().withBooleanAsBody(true)).json()).contains(true);
  }

  private static AmqpMessage message(Section body, String contentType) {
    AmqpMessage message = AmqpMessage.create().build();
    message.unwrap().setBody(body);
    message.unwrap().setContentType(contentType);
    return message;
  }

  @Test
  void valuesAreReadByTheirContentType() {
    for (Section seven : List.of(new AmqpValue("7"), new AmqpValue(new Binary(new byte[] {'7'})))) {
      sender.sendWithAck(message(seven, "text/plain")).await();
      sender.sendWithAck(message(seven, "application/json")).await();
      sender.sendWithAck(message(seven, "application/octet-stream")).await();
    }
    sender.sendWithAck(message(new AmqpValue(Map.of("a", List.of(1, "b"))), null)).await();
    sender.sendWithAck(message(new AmqpSequence(List.of(1, "b")), "application/json")).await();
    await().until(() -> ingress.received().size() == 8);
    assertThat(ingress.received())
        .extracting(each -> each.message().isJson() + " " + each.message().data())
        .containsExactly(
            "true \"7\"",
            "true 7",
            "false 7",
            "true \"7\"",
            "true 7",
            "false 7",
            "true {\"a\":[1,\"b\"]}",
            "true [1,\"b\"]");
  }

  @Test
  void aValueThatJsonDoesNotHaveIsSkippedAndCounted() {
    sender.sendWithAck(message(new AmqpValue(Map.of(1, 1)), null)).await();
    sender.sendWithAck(message(new AmqpValue(UUID.randomUUID()), null)).await();
    assertThat(arrives(AmqpMessage.create().withBody("1")).json()).contains(1);
    assertThat(broker.skipped()).isEqualTo(2);
  }

  @Test
  void propertiesAreRead() {
    Message message =
        arrives(
            body("[1]".getBytes(StandardCharsets.UTF_8))
                .contentType("application/json")
                .applicationProperties(
                    new JsonObject()
                        .put("millrace-event", "새:주문\\")
                        .put("millrace-key", "k-1")
                        .put("millrace-priority", "low")
                        .put("millrace-time", 1_764_000_000_123L)
                        .put("foreign", true)));
    assertThat(message.isJson()).isTrue();
    assertThat(message.event()).isEqualTo("새:주문\\");
    assertThat(message.key()).contains("k-1");
    assertThat(message.priority()).isEqualTo(Priority.LOW);
    assertThat(message.time()).contains(Instant.ofEpochMilli(1_764_000_000_123L));
  }

  @Test
  void whatIsPublishedHereIsPlainToOthers() {
    List<AmqpMessage> seen = new CopyOnWriteArrayList<>();
    AmqpReceiver receiver =
        client
            .createReceiver(
                "millrace.orders.done", new AmqpReceiverOptions().addCapability("topic"))
            .await();
    receiver.handler(seen::add);
    broker
        .publish("orders.done", Message.json("order", new JsonObject().put("이름", "값")).withKey("k"))
        .await();
    await().until(() -> !seen.isEmpty());
    assertThat(seen.get(0).contentType()).isEqualTo("application/json");
    assertThat(seen.get(0).bodyAsBinary().toString()).isEqualTo("{\"이름\":\"값\"}");
    assertThat(seen.get(0).applicationProperties().getString("millrace-event")).isEqualTo("order");
    assertThat(seen.get(0).applicationProperties().getString("millrace-key")).isEqualTo("k");
  }

  @Test
  void aStompProgramsMessageArrivesUnchanged() throws IOException {
    String frames =
        "CONNECT\naccept-version:1.2\nhost:localhost\nlogin:%s\npasscode:%s\n\n\0"
                .formatted(ARTEMIS.username(), ARTEMIS.password())
            + "SEND\ndestination:millrace.orders.a\ndestination-type:MULTICAST\n"
            + "millrace-event:a\\cb\\\\c\ncontent-type:application/json\n\n\"한글\"\0"
            + "SEND\ndestination:millrace.orders.b\ndestination-type:MULTICAST\n"
            + "content-type:application/octet-stream\ncontent-length:2\n\n\0\u0001\0";
    try (Socket stomp = new Socket(ARTEMIS.host(), ARTEMIS.stompPort())) {
      stomp.getOutputStream().write(frames.getBytes(StandardCharsets.UTF_8));
      await().until(() -> ingress.received().size() == 2);
    }
    Message text = ingress.received().get(0).message();
    assertThat(ingress.received().get(0).channel()).isEqualTo("orders.a");
    assertThat(text.json()).contains("한글");
    assertThat(text.event()).isEqualTo("a:b\\c");
    Message bytes = ingress.received().get(1).message();
    assertThat(bytes.isJson()).isFalse();
    assertThat(bytes.data().getBytes()).isEqualTo(new byte[] {0, 1});
  }

  @Test
  void aMessageThatIsNotWhatItSaysIsSkippedAndStopsNothing() {
    sender.sendWithAck(body(new byte[] {'{'}).contentType("application/json").build()).await();
    assertThat(arrives(AmqpMessage.create().withBody("1")).json()).contains(1);
    assertThat(broker.skipped()).isEqualTo(1);
  }

  @Test
  void aStringIsUnicodeAndBytesAreInTheCharsetTheyName() {
    byte[] latin = {(byte) 0xe9};
    String type = "text/plain; charset=iso-8859-1";
    for (Section body :
        List.of(
            new AmqpValue("é"), new AmqpValue(new Binary(latin)), new Data(new Binary(latin)))) {
      sender.sendWithAck(message(body, type)).await();
    }
    sender.sendWithAck(message(new AmqpValue("é"), "Text/Plain;Charset=\"UTF-16\"")).await();
    sender.sendWithAck(message(new AmqpValue(List.of("é")), type)).await();
    await().until(() -> ingress.received().size() == 5);
    assertThat(ingress.received())
        .extracting(each -> each.message().json().orElseThrow())
        .containsExactly("é", "é", "é", "é", "[\"é\"]");
  }

  @Test
  void whatIsPublishedHereArrivesUpToTheLargestSizeAndWhatIsLargerIsRefused() {
    broker.close().await();
    broker = new AmqpBroker(options().setMaxMessageBytes(100_000));
    start();
    Message largest =
        Message.bytes(Buffer.buffer(new byte[100_000])).withEvent("e".repeat(64)).withKey("k");
    broker.publish("orders.new", largest).await();
    await().until(() -> ingress.received().size() == 1);
    assertThat(ingress.received().get(0).message().data()).isEqualTo(largest.data());
    Future<Publication> larger =
        broker.publish("orders.new", Message.bytes(Buffer.buffer(new byte[100_001])));
    await().until(larger::isComplete);
    assertThat(larger.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.TOO_LARGE));
    // A slightly larger message of another program causes no gap.
    sender.sendWithAck(body(new byte[100_001]).build()).await();
    assertThat(arrives(AmqpMessage.create().withBody("1")).json()).contains(1);
    assertThat(broker.skipped()).isEqualTo(1);
    assertThat(ingress.events()).doesNotContain("interrupted [orders.*]");
  }

  @Test
  void aMessageThatIsTooLargeCostsAGapAndTheSubscriptionComesBack() {
    broker.close().await();
    broker = new AmqpBroker(options().setMaxMessageBytes(100_000));
    start();
    sender.sendWithAck(body(new byte[200_000]).build()).await();
    await().until(() -> ingress.events().contains("interrupted [orders.*]"));
    assertThat(arrives(AmqpMessage.create().withBody("1")).json()).contains(1);
    assertThat(broker.skipped()).isEqualTo(1);
    assertThat(ingress.received()).hasSize(1);
  }
}

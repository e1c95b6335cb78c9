package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.tck.ActiveMq;
import io.millrace.tck.Artemis;
import io.millrace.tck.NoTransport;
import io.millrace.tck.RabbitMq;
import io.vertx.amqp.AmqpClient;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.jms.BytesMessage;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that listen by STOMP, and programs that publish by AMQP 1.0 and JMS. */
class AmqpPublishersTest {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();
  @RegisterExtension static final ActiveMq ACTIVEMQ = new ActiveMq();
  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  private static final Duration LONG = Duration.ofMinutes(3);
  private static final byte[] BINARY = {0, (byte) 0xff, '\n', 0};
  private static final byte[] LATIN = {(byte) 0xe9};
  private static final String JSON = "{\"사람\":1.50}";
  private static final String MARK = "\uFEFF";
  private static final String LARGE = "한".repeat(100);

  private final String stream = "stream-" + UUID.randomUUID();
  private final Vertx vertx = Vertx.vertx();
  private final List<Message> came = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static StompBrokerOptions rabbit() {
    return new StompBrokerOptions()
        .setHosts(List.of(RABBIT.host() + ":" + RABBIT.stompPort()))
        .setUsername(RABBIT.username())
        .setPassword(RABBIT.password());
  }

  private StompBroker node(StompBrokerOptions options) {
    StompBroker broker = new StompBroker(options);
    Millrace node = Millrace.builder(vertx).broker(broker).transport(new NoTransport()).build();
    await().atMost(LONG).until(() -> node.ready().isComplete());
    node.ready().await();
    node.channel("a").subscribe(entry -> came.add(entry.message())).await();
    return broker;
  }

  private AmqpSender sender(int port, String username, String password, String address) {
    AmqpClientOptions options =
        new AmqpClientOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setUsername(username)
            .setPassword(password);
    return AmqpClient.create(vertx, options).createSender(address).await();
  }

  private AmqpSender rabbitSender(String prefix) {
    return sender(
        RABBIT.amqpPort(),
        RABBIT.username(),
        RABBIT.password(),
        "/exchange/amq.topic/" + prefix + "a");
  }

  private static void send(AmqpSender sender, Section body, String contentType) {
    AmqpMessage message = AmqpMessage.create().build();
    message.unwrap().setBody(body);
    if (!contentType.isEmpty()) {
      message.unwrap().setContentType(contentType);
    }
    sender.sendWithAck(message).await();
  }

  private static Section data(String text) {
    return new Data(new Binary(text.getBytes(UTF_8)));
  }

  private static Section bytes(byte[] bytes) {
    return new AmqpValue(new Binary(bytes));
  }

  private void arrive(Message... expected) {
    await().atMost(LONG).until(() -> came.size() >= expected.length);
    assertThat(came)
        .extracting(message -> (message.isJson() ? "JSON " : "bytes ") + message.data())
        .containsExactly(
            List.of(expected).stream()
                .map(message -> (message.isJson() ? "JSON " : "bytes ") + message.data())
                .toArray(String[]::new));
  }

  /** Publishes text and bytes of all kinds, and expects them unchanged. */
  private void textAndBytesArrive(AmqpSender sender) {
    send(sender, new AmqpValue("안녕, \"여러분\""), "");
    send(sender, new AmqpValue("안녕, \"여러분\""), "text/plain");
    send(sender, new AmqpValue(JSON), "");
    send(sender, new AmqpValue(JSON), "text/plain");
    send(sender, new AmqpValue(JSON), "application/json");
    send(sender, new AmqpValue(LARGE), "");
    send(sender, new AmqpValue(""), "");
    send(sender, bytes(BINARY), "");
    send(sender, bytes(LARGE.getBytes(UTF_8)), "application/octet-stream");
    send(sender, bytes(JSON.getBytes(UTF_8)), "application/json");
    send(sender, data(JSON), "application/json");
    send(sender, data("7"), "text/plain");
    send(sender, data("7"), "application/octet-stream");
    // A string is Unicode, whatever its content type says about bytes.
    send(sender, new AmqpValue("é"), "text/plain; charset=iso-8859-1");
    send(sender, new AmqpValue("é"), "Text/Plain;Charset=\"UTF-16\"");
    send(sender, new Data(new Binary(LATIN)), "text/plain; charset=iso-8859-1");
    send(sender, new Data(new Binary(LATIN)), "text/plain;charset=\"ISO-8859-1\"");
    send(sender, bytes(LATIN), "text/plain; charset=iso-8859-1");
    // Bytes in a charset, which could also be UTF-8.
    send(sender, data("é"), "text/plain; charset=iso-8859-1");
    send(sender, bytes("é".getBytes(UTF_8)), "text/plain; charset=windows-1252");
    send(sender, data("é"), "text/plain; charset=utf-8");
    send(sender, new Data(new Binary("é".getBytes(UTF_16LE))), "text/plain; charset=UTF-16LE");
    // A byte order mark before JSON.
    send(sender, data(MARK + JSON), "application/json");
    send(sender, data(MARK + JSON), "");
    send(sender, new AmqpValue(MARK + JSON), "application/json");
    arrive(
        Message.json("안녕, \"여러분\""),
        Message.json("안녕, \"여러분\""),
        Message.jsonText(Buffer.buffer(JSON)),
        Message.json(JSON),
        Message.jsonText(Buffer.buffer(JSON)),
        Message.json(LARGE),
        Message.json(""),
        Message.bytes(Buffer.buffer(BINARY)),
        Message.bytes(Buffer.buffer(LARGE)),
        Message.jsonText(Buffer.buffer(JSON)),
        Message.jsonText(Buffer.buffer(JSON)),
        Message.json("7"),
        Message.bytes(Buffer.buffer("7")),
        Message.json("é"),
        Message.json("é"),
        Message.json("é"),
        Message.json("é"),
        Message.json("é"),
        Message.json("Ã©"),
        Message.json("Ã©"),
        Message.json("é"),
        Message.json("é"),
        Message.jsonText(Buffer.buffer(JSON)),
        Message.jsonText(Buffer.buffer(JSON)),
        Message.jsonText(Buffer.buffer(JSON)));
  }

  @ParameterizedTest
  @EnumSource(StompMode.class)
  void textAndBytesArriveThroughRabbitMq(StompMode mode) {
    String prefix = stream + ".";
    StompBroker broker = node(rabbit().setMode(mode).setStream(stream).setPrefix(prefix));
    textAndBytesArrive(rabbitSender(prefix));
    assertThat(broker.skipped()).isZero();
  }

  @Test
  void textAndBytesArriveThroughActiveMq() {
    StompBroker broker =
        node(
            new StompBrokerOptions()
                .setHosts(List.of(ACTIVEMQ.host() + ":" + ACTIVEMQ.stompPort()))
                .setUsername(ACTIVEMQ.username())
                .setPassword(ACTIVEMQ.password()));
    textAndBytesArrive(
        sender(
            ACTIVEMQ.amqpPort(), ACTIVEMQ.username(), ACTIVEMQ.password(), "topic://millrace.a"));
    assertThat(broker.skipped()).isZero();
  }

  @Test
  void textAndBytesArriveThroughArtemis() {
    StompBroker broker =
        node(
            new StompBrokerOptions()
                .setHosts(List.of(ARTEMIS.host() + ":" + ARTEMIS.stompPort()))
                .setUsername(ARTEMIS.username())
                .setPassword(ARTEMIS.password()));
    AmqpSender sender =
        sender(ARTEMIS.amqpPort(), ARTEMIS.username(), ARTEMIS.password(), "millrace.a");
    textAndBytesArrive(sender);
    assertThat(broker.skipped()).isZero();
    // A text message as a JMS client writes it. Artemis converts it in its own way.
    AmqpMessage jms = AmqpMessage.create().withBody("JMS").build();
    jms.unwrap()
        .setMessageAnnotations(
            new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-jms-msg-type"), (byte) 5)));
    sender.sendWithAck(jms).await();
    await().until(() -> came.size() == 26);
    assertThat(came.get(25).json()).contains("JMS");
    // Artemis leaves nothing of this one.
    send(sender, new AmqpValue(Map.of("a", 1)), "");
    await().until(() -> broker.skipped() == 1);
  }

  @ParameterizedTest
  @EnumSource(StompMode.class)
  void whatIsNeitherTextNorBytesIsSkippedAndCounted(StompMode mode) {
    String prefix = stream + ".";
    StompBroker broker = node(rabbit().setMode(mode).setStream(stream).setPrefix(prefix));
    AmqpSender sender = rabbitSender(prefix);
    send(sender, new AmqpValue(1), "");
    send(sender, new AmqpValue(null), "application/json");
    send(sender, new AmqpValue(Map.of("a", 1)), "");
    send(sender, new AmqpValue("a"), "");
    arrive(Message.json("a"));
    assertThat(broker.skipped()).isEqualTo(3);
  }

  /** Bytes that are published by AMQP 0-9-1 stay as they are, whatever they look like. */
  @Test
  void whatOnlyLooksLikeAnAmqpValueIsLeftAlone() {
    StompBroker broker = node(rabbit());
    byte[] value = {0, 0x53, 0x77, (byte) 0xa1, 1, 'a'};
    byte[] longer = {0, 0x53, 0x77, (byte) 0xa1, 1, 'a', 'b'};
    JsonObject bytes = new JsonObject().put("content_type", "application/octet-stream");
    Management management = new Management(RABBIT);
    management.publish("millrace.a", value, bytes);
    management.publish("millrace.a", longer, bytes.copy().put("type", "amqp-1.0"));
    management.publish("millrace.a", value, bytes.copy().put("type", "amqp-1.0"));
    arrive(
        Message.bytes(Buffer.buffer(value)),
        Message.bytes(Buffer.buffer(longer)),
        Message.bytes(Buffer.buffer("a")));
    assertThat(broker.skipped()).isZero();
  }

  @Test
  void whatJmsPublishesArrivesThroughActiveMq() throws JMSException {
    node(
        new StompBrokerOptions()
            .setHosts(List.of(ACTIVEMQ.host() + ":" + ACTIVEMQ.stompPort()))
            .setUsername(ACTIVEMQ.username())
            .setPassword(ACTIVEMQ.password()));
    var server = "tcp://" + ACTIVEMQ.host() + ":" + ACTIVEMQ.openWirePort();
    Connection connection =
        new ActiveMQConnectionFactory(server)
            .createConnection(ACTIVEMQ.username(), ACTIVEMQ.password());
    try {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageProducer producer = session.createProducer(session.createTopic("millrace.a"));
      producer.send(session.createTextMessage(JSON));
      TextMessage typed = session.createTextMessage(JSON);
      typed.setStringProperty("content-type", "text/plain");
      producer.send(typed);
      BytesMessage binary = session.createBytesMessage();
      binary.writeBytes(BINARY);
      producer.send(binary);
    } finally {
      connection.close();
    }
    arrive(
        Message.jsonText(Buffer.buffer(JSON)),
        Message.json(JSON),
        Message.bytes(Buffer.buffer(BINARY)));
  }
}

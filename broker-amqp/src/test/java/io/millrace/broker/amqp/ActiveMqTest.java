package io.millrace.broker.amqp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.tck.ActiveMq;
import io.millrace.tck.RecordingIngress;
import io.vertx.amqp.AmqpClient;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import javax.jms.BytesMessage;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.MapMessage;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests messages that other programs publish to ActiveMQ Classic. */
class ActiveMqTest {

  @RegisterExtension static final ActiveMq ACTIVEMQ = new ActiveMq();

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private AmqpBroker broker;

  @BeforeEach
  void open() {
    broker =
        new AmqpBroker(
            new AmqpBrokerOptions()
                .setHosts(List.of(ACTIVEMQ.host() + ":" + ACTIVEMQ.amqpPort()))
                .setUsername(ACTIVEMQ.username())
                .setPassword(ACTIVEMQ.password()));
    broker.open(ingress).await();
    broker.subscribe(ChannelPattern.of("orders.*")).await();
  }

  @AfterEach
  void close() {
    broker.close().await();
    vertx.close().await();
  }

  private void arrive(String... expected) {
    await().until(() -> ingress.received().size() >= expected.length);
    assertThat(ingress.received())
        .extracting(
            each ->
                "%s %s %s".formatted(each.channel(), each.message().event(), each.message().data()))
        .containsExactly(expected);
    assertThat(broker.skipped()).isZero();
  }

  @Test
  void aStompProgramsMessageArrivesUnchanged() throws IOException {
    String frames =
        "CONNECT\naccept-version:1.2\nhost:localhost\nlogin:%s\npasscode:%s\n\n\0"
                .formatted(ACTIVEMQ.username(), ACTIVEMQ.password())
            + "SEND\ndestination:/topic/millrace.orders.a\nmillrace-event:a\\c\\\\b\n\n[\"한\"]\0"
            + "SEND\ndestination:/topic/millrace.orders.b\ncontent-type:text/plain\n\n7\0"
            + "SEND\ndestination:/topic/millrace.orders.c\ncontent-type:text/plain\n"
            + "content-length:1\n\n7\0";
    try (Socket stomp = new Socket(ACTIVEMQ.host(), ACTIVEMQ.stompPort())) {
      stomp.getOutputStream().write(frames.getBytes(StandardCharsets.UTF_8));
      arrive("orders.a a:\\b [\"한\"]", "orders.b message \"7\"", "orders.c message \"7\"");
    }
  }

  @Test
  void whatJmsPublishesArrives() throws JMSException {
    Connection connection =
        new ActiveMQConnectionFactory("tcp://" + ACTIVEMQ.host() + ":" + ACTIVEMQ.openWirePort())
            .createConnection(ACTIVEMQ.username(), ACTIVEMQ.password());
    try {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageProducer producer = session.createProducer(session.createTopic("millrace.orders.a"));
      producer.send(session.createTextMessage("안녕"));
      BytesMessage bytes = session.createBytesMessage();
      bytes.writeBytes("[1]".getBytes(StandardCharsets.UTF_8));
      producer.send(bytes);
      MapMessage map = session.createMapMessage();
      map.setInt("a", 1);
      producer.send(map);
    } finally {
      connection.close();
    }
    arrive("orders.a message \"안녕\"", "orders.a message [1]", "orders.a message {\"a\":1}");
  }

  @Test
  void aSubjectThatLooksLikeAChannelIsNone() {
    AmqpClientOptions options =
        new AmqpClientOptions()
            .setContainerId("test-" + UUID.randomUUID())
            .setHost(ACTIVEMQ.host())
            .setPort(ACTIVEMQ.amqpPort())
            .setUsername(ACTIVEMQ.username())
            .setPassword(ACTIVEMQ.password());
    AmqpSender sender =
        AmqpClient.create(vertx, options).createSender("topic://millrace.orders.a").await();
    sender
        .sendWithAck(AmqpMessage.create().subject("millrace.orders.b").withBody("1").build())
        .await();
    arrive("orders.a message 1");
  }
}

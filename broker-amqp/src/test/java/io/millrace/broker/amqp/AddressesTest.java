package io.millrace.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import java.util.Map;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {

  private static final ChannelPattern ALL = ChannelPattern.of("**");

  private static Addresses of(AmqpDialect dialect) {
    return new Addresses(new AmqpBrokerOptions(), dialect);
  }

  private static Message message(String address, String subject) {
    Message message = Proton.message();
    message.setAddress(address);
    message.setSubject(subject);
    return message;
  }

  @ParameterizedTest
  @CsvSource({
    "RabbitMQ, 3.10.8, RABBITMQ_3",
    "RabbitMQ, 3.13.0, RABBITMQ_3",
    "RabbitMQ, 4.0.1, RABBITMQ_4",
    "RabbitMQ, 10.0.0, RABBITMQ_4",
    "apache-activemq-artemis, 2.55.0, ARTEMIS",
    "ActiveMQ, 5.18.6, ACTIVEMQ",
    "ActiveMQ, 6.1.0, ACTIVEMQ"
  })
  void aServerIsKnownByWhatItSays(String product, String version, AmqpDialect dialect) {
    assertThat(AmqpDialect.of(product, version)).contains(dialect);
  }

  @Test
  void anotherServerIsNotGuessed() {
    assertThat(AmqpDialect.of("", "")).isEmpty();
    assertThat(AmqpDialect.of("qpid-cpp", "1.39.0")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "a.b, millrace.a.b",
    "a.*, millrace.a.*",
    "*, millrace.*",
    "**, millrace.*.#",
    "a.**, millrace.a.*.#",
    "*.b.**, millrace.*.b.*.#"
  })
  void patternsBecomeTheBrokersWildcards(String pattern, String topic) {
    assertThat(of(AmqpDialect.ARTEMIS).source(ChannelPattern.of(pattern))).contains(topic);
    assertThat(of(AmqpDialect.RABBITMQ_3).source(ChannelPattern.of(pattern)))
        .contains("/exchange/amq.topic/" + topic);
  }

  @ParameterizedTest
  @CsvSource({
    "a.b, topic://millrace.a.b",
    "a.*, topic://millrace.a.*",
    "**, topic://millrace.>",
    "*.b.**, topic://millrace.*.b.>"
  })
  void activeMqHasWildcardsOfItsOwn(String pattern, String address) {
    assertThat(of(AmqpDialect.ACTIVEMQ).source(ChannelPattern.of(pattern))).contains(address);
  }

  @Test
  void aNamesMessagesAreForThatNameWhateverTheySay() {
    for (AmqpDialect dialect : AmqpDialect.values()) {
      assertThat(of(dialect).channel(ChannelPattern.of("a.b"), message("millrace.x", "millrace.y")))
          .contains("a.b");
    }
  }

  @Test
  void aPatternsMessagesTellTheirChannel() {
    assertThat(of(AmqpDialect.ARTEMIS).channel(ALL, message("millrace.a.b", "millrace.x")))
        .contains("a.b");
    assertThat(of(AmqpDialect.ACTIVEMQ).channel(ALL, message("topic://millrace.a.b", "millrace.x")))
        .contains("a.b");
    assertThat(of(AmqpDialect.ACTIVEMQ).channel(ALL, message("millrace.a.b", "x"))).contains("a.b");
    assertThat(of(AmqpDialect.RABBITMQ_3).channel(ALL, message("/topic/x", "millrace.a")))
        .contains("a");
    assertThat(of(AmqpDialect.RABBITMQ_3).channel(ALL, message("/topic/millrace.a.b", "Order")))
        .contains("a.b");
    Message annotated = message("/exchanges/amq.topic/millrace.x", "millrace.y");
    annotated.setMessageAnnotations(
        new MessageAnnotations(Map.of(Symbol.valueOf("x-routing-key"), "millrace.a")));
    assertThat(of(AmqpDialect.RABBITMQ_4).channel(ALL, annotated)).contains("a");
  }

  @Test
  void whatTellsNoChannelHasNone() {
    for (Message message :
        new Message[] {
          Proton.message(),
          message("elsewhere.a", "elsewhere.a"),
          message("millrace.a b", "millrace."),
          message("millrace.a.*", "millrace.**")
        }) {
      for (AmqpDialect dialect : AmqpDialect.values()) {
        assertThat(of(dialect).channel(ALL, message)).isEmpty();
      }
    }
  }
}

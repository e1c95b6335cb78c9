package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {

  private static MillraceException typed(String words) {
    return BrokerConnection.refused(new BrokerException(words));
  }

  /** Whether what the server said stops everything else for a moment, too. */
  private static boolean stopsOthers(String words) {
    Refusals refusals = new Refusals();
    refusals.add("a", typed(words), 0);
    assertThat(refusals.of("a", 1)).isPresent();
    return refusals.of("b", 1).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "queue limit in vhost '/' (2) is reached",
        "access to vhost '/' refused for user 'a': connection limit (1) is reached",
        "Unable to add Consumer: too many consumers",
        "The maximum number of connections is 5"
      })
  void aLimitStopsAll(String words) {
    assertThat(typed(words).code()).isEqualTo(MillraceException.Code.UNAVAILABLE);
    assertThat(stopsOthers(words)).isTrue();
  }

  /** The words of brokers, at channels whose names are those by which limits are known. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ACCESS_REFUSED - write access to topic 'millrace.a' in exchange 'amq.topic' in vhost '/' refused for user 'a'",
        "write access to topic 'millrace.maximum' in exchange 'amq.topic' in vhost '/' refused for user 'a'",
        "write access to topic 'exceed' in exchange 'amq.topic' in vhost '/' refused for user 'a'",
        "User a is not authorized to write to: topic://millrace.maximum",
        "User a is not authorized to write to: topic://maximum",
        "AMQ229032: User: a does not have permission='SEND' on address millrace.exceeded",
        "AMQ229032: User: a does not have permission='SEND' on address maximum",
        "AMQ229213: User: a does not have permission='CONSUME' for queue 1-2 on address maximum",
        "amqp:unauthorized-access AMQ229032: User: a does not have permission='SEND' on address maximum"
      })
  void whatIsNotPermittedConcernsItsChannelAlone(String words) {
    assertThat(typed(words).code()).isEqualTo(MillraceException.Code.FORBIDDEN);
    assertThat(stopsOthers(words)).isFalse();
  }

  /** Artemis does not say why, but shows the message, which may say anything. */
  @Test
  void whatAMessageSaysIsNotTakenForTheBrokersWords() {
    for (String event : new String[] {"too many", "not authorized", "] too many"}) {
      String words =
          "AMQ339011 Error sending message CoreMessage[address=refused, properties=TypedProperties[millrace-event="
              + event
              + "]]@1 ";
      assertThat(typed(words).code()).isEqualTo(MillraceException.Code.UNAVAILABLE);
      assertThat(stopsOthers(words)).as(event).isFalse();
    }
  }
}

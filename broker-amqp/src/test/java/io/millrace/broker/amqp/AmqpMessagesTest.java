package io.millrace.broker.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.MillraceException;
import java.util.List;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** Sections may contain null on the wire, whatever the specification says. */
class AmqpMessagesTest {

  private static final String CONTROLS = "\u0001".repeat(100);

  private static Message message(Section body) {
    Message message = Proton.message();
    message.setBody(body);
    return message;
  }

  private static io.millrace.Message read(Section body) {
    return AmqpMessages.read(message(body), Integer.MAX_VALUE);
  }

  @Test
  void dataWithoutBytesIsRefused() {
    assertThatThrownBy(() -> read(new Data(null)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.BAD_REQUEST));
  }

  /** As JSON, a text has quotes, and some of its characters need six bytes. */
  @Test
  void aTextThatIsTooLargeAsJsonIsRefused() {
    for (Section body :
        List.of(new AmqpValue(CONTROLS), new Data(new Binary(CONTROLS.getBytes(UTF_8))))) {
      Message message = message(body);
      message.setContentType("text/plain");
      assertThat(AmqpMessages.read(message, 602).length()).isEqualTo(602);
      assertThatThrownBy(() -> AmqpMessages.read(message, 601))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.TOO_LARGE));
    }
  }

  @Test
  void otherSectionsWithoutAValueAreRead() {
    assertThat(read(new AmqpValue(null)).data()).hasToString("null");
    assertThat(read(new AmqpSequence(null)).data()).hasToString("null");
    Message bare = message(new AmqpValue("a"));
    bare.setApplicationProperties(new ApplicationProperties(null));
    bare.setMessageAnnotations(new MessageAnnotations(null));
    assertThat(AmqpMessages.read(bare, Integer.MAX_VALUE).data()).hasToString("\"a\"");
    assertThat(AmqpMessages.annotation(bare, "x-routing-key")).isEmpty();
  }
}

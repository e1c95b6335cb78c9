package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.tck.Artemis;
import io.millrace.tck.BrokerRefusals;
import io.millrace.tck.RecordingIngress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Artemis does not tell STOMP clients why it refuses, if the address may be created. */
class ArtemisRefusalTest {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static void unavailable(Future<?> asked) {
    await().until(asked::isComplete);
    assertThat(asked.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.UNAVAILABLE));
  }

  @Test
  void whatIsRefusedWithoutAReasonConcernsWhoeverAsked() {
    StompBroker broker =
        new StompBroker(
            new StompBrokerOptions()
                .setHosts(List.of(ARTEMIS.host() + ":" + ARTEMIS.stompPort()))
                .setUsername(ARTEMIS.username())
                .setPassword(ARTEMIS.password()));
    broker.open(ingress).await();
    broker.subscribe(ChannelPattern.of("a")).await();
    BrokerRefusals refusals = ARTEMIS.refusalsOfUse("millrace.");
    refusals.refuse("b");
    try {
      // Artemis shows the message's headers instead of the reason.
      unavailable(broker.publish("b", Message.json("too many", 1)));
      broker.publish("a", Message.json(1)).await();
      unavailable(broker.subscribe(ChannelPattern.of("b")));
      broker.publish("a", Message.json(2)).await();
    } finally {
      refusals.permit();
    }
    await().until(() -> ingress.received().size() == 2);
    assertThat(ingress.events()).containsOnly("a a");
    broker.close().await();
  }
}

package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.tck.RecordingIngress;
import io.millrace.testkit.FaultProxy;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.stomp.StompServer;
import io.vertx.ext.stomp.StompServerHandler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The broker with the smallest server there is, which has topics but no wildcards. */
class VertxStompTest {

  private final Vertx vertx = Vertx.vertx();
  private final StompServer server =
      StompServer.create(vertx).handler(StompServerHandler.create(vertx));
  private final RecordingIngress ingress = new RecordingIngress(vertx);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void messagesTravelAndAnOutageIsReported() {
    int port = server.listen(0, "127.0.0.1").await().actualPort();
    try (FaultProxy proxy = new FaultProxy("127.0.0.1", port)) {
      StompBroker broker =
          new StompBroker(
              new StompBrokerOptions()
                  .setHosts(List.of(proxy.host() + ":" + proxy.port()))
                  .setHeartbeat(Duration.ofSeconds(1)));
      broker.open(ingress).await();
      broker.subscribe(ChannelPattern.of("a")).await();
      List<Message> sent =
          List.of(
              Message.json("투표: \\", "한글\r\n"),
              Message.bytes(Buffer.buffer(new byte[] {0, 10, 0})),
              Message.bytes(Buffer.buffer()));
      sent.forEach(message -> broker.publish("a", message).await());
      await().until(() -> ingress.received().size() == sent.size());
      for (int i = 0; i < sent.size(); i++) {
        Message message = ingress.received().get(i).message();
        assertThat(message.data()).isEqualTo(sent.get(i).data());
        assertThat(message.isJson()).isEqualTo(sent.get(i).isJson());
        assertThat(message.event()).isEqualTo(sent.get(i).event());
      }

      proxy.silence();
      await().until(() -> ingress.events().contains("degraded"));
      proxy.mend();
      await().until(() -> ingress.events().contains("restored"));
      broker.publish("a", Message.json(1)).await();
      await().until(() -> ingress.received().size() == sent.size() + 1);
      assertThat(ingress.events())
          .containsExactly("a a", "a a", "a a", "degraded", "interrupted [a]", "restored", "a a");
      broker.close().await();
    }
  }
}

package io.millrace.broker.amqp;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Message;
import io.millrace.tck.Artemis;
import io.millrace.tck.RecordingIngress;
import io.millrace.tck.TestKey;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TlsTest {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private final NetClient client = vertx.createNetClient();
  private final PfxOptions key = TestKey.forLocalhost();
  private int port;

  @BeforeEach
  void start() {
    port =
        vertx
            .createNetServer(new NetServerOptions().setSsl(true).setKeyCertOptions(key))
            .connectHandler(this::forward)
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
  }

  private void forward(NetSocket near) {
    near.pause();
    client
        .connect(ARTEMIS.amqpPort(), ARTEMIS.host())
        .onSuccess(
            far -> {
              var unusedThere = near.pipeTo(far);
              var unusedBack = far.pipeTo(near);
              near.resume();
            })
        .onFailure(failure -> near.close());
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private AmqpBroker broker(String host, boolean trusting) {
    AmqpBrokerOptions options =
        new AmqpBrokerOptions()
            .setUri(
                "amqps://%s:%s@%s:%d"
                    .formatted(ARTEMIS.username(), ARTEMIS.password(), host, port));
    if (trusting) {
      options.net().setTrustOptions(key);
    }
    return new AmqpBroker(options);
  }

  @Test
  void aBrokerThatIsTrustedIsLinked() {
    AmqpBroker broker = broker("localhost", true);
    broker.open(ingress).await();
    broker.publish("a", Message.json(1)).await();
    broker.close().await();
  }

  @Test
  void aBrokerThatIsNotTrustedOrHasAnotherNameFailsTheStart() {
    for (AmqpBroker broker : List.of(broker("localhost", false), broker("127.0.0.1", true))) {
      assertThatThrownBy(() -> broker.open(ingress).await()).isInstanceOf(SSLException.class);
      broker.close().await();
    }
  }

  @Test
  void aTrustStoreThatCannotBeReadFailsTheStart() {
    AmqpBrokerOptions options = new AmqpBrokerOptions().setUri("amqps://localhost:1");
    options.net().setTrustOptions(new PemTrustOptions().addCertPath("no-such-file.pem"));
    AmqpBroker broker = new AmqpBroker(options);
    assertThatThrownBy(() -> broker.open(ingress).await()).hasMessageContaining("no-such-file.pem");
    broker.close().await();
  }
}

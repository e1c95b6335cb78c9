package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tck.RecordingIngress;
import io.millrace.tck.TestKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TlsTest {

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private final PfxOptions key = TestKey.forLocalhost();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private StompBroker broker(String host, boolean trusting) {
    FakeBroker fake =
        new FakeBroker(vertx, new NetServerOptions().setSsl(true).setKeyCertOptions(key));
    StompBrokerOptions options =
        new StompBrokerOptions().setUri("stomps://" + host + ":" + fake.port);
    if (trusting) {
      options.net().setTrustOptions(key);
    }
    return new StompBroker(options);
  }

  @Test
  void aBrokerThatIsTrustedIsLinked() {
    StompBroker broker = broker("localhost", true);
    broker.open(ingress).await();
    broker.close().await();
  }

  @Test
  void aBrokerThatIsNotTrustedOrHasAnotherNameFailsTheStart() {
    for (StompBroker broker : List.of(broker("localhost", false), broker("127.0.0.1", true))) {
      assertThatThrownBy(() -> broker.open(ingress).await()).isInstanceOf(SSLException.class);
      broker.close().await();
    }
  }

  @Test
  void theNameIsCheckedIfTheOptionsWereWrittenToJsonAndReadBack() {
    FakeBroker fake =
        new FakeBroker(vertx, new NetServerOptions().setSsl(true).setKeyCertOptions(key));
    JsonObject json = new StompBrokerOptions().setUri("stomps://127.0.0.1:" + fake.port).toJson();
    json.getJsonObject("net").put("pfxTrustOptions", key.toJson());
    StompBroker broker = new StompBroker(new StompBrokerOptions(json));
    assertThatThrownBy(() -> broker.open(ingress).await()).isInstanceOf(SSLException.class);
    broker.close().await();
  }

  @Test
  void aBrokerWithoutTlsFailsTheStart() {
    FakeBroker plain = new FakeBroker(vertx);
    StompBroker broker =
        new StompBroker(new StompBrokerOptions().setUri("stomps://localhost:" + plain.port));
    assertThatThrownBy(() -> broker.open(ingress).await()).isInstanceOf(SSLException.class);
    broker.close().await();
  }

  @Test
  void aBrokerThatHangsUpDuringTheHandshakeMayBeStarting() {
    List<NetSocket> sockets = new CopyOnWriteArrayList<>();
    int port =
        vertx
            .createNetServer()
            .connectHandler(
                socket -> {
                  sockets.add(socket);
                  socket.handler(hello -> socket.close());
                })
            .listen(0, "localhost")
            .await()
            .actualPort();
    StompBroker broker =
        new StompBroker(new StompBrokerOptions().setUri("stomps://localhost:" + port));
    Future<Void> opened = broker.open(ingress);
    await().until(() -> sockets.size() >= 2);
    assertThat(opened.isComplete()).isFalse();
    broker.close().await();
  }

  @Test
  void aTrustStoreThatCannotBeReadFailsTheStart() {
    StompBrokerOptions options = new StompBrokerOptions().setUri("stomps://localhost:1");
    options.net().setTrustOptions(new PemTrustOptions().addCertPath("no-such-file.pem"));
    StompBroker broker = new StompBroker(options);
    assertThatThrownBy(() -> broker.open(ingress).await()).hasMessageContaining("no-such-file.pem");
    broker.close().await();
  }
}

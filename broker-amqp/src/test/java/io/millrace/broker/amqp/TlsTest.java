package io.millrace.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Message;
import io.millrace.tck.Artemis;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  private static final String PASSWORD = "secret-of-tests";

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private final NetClient client = vertx.createNetClient();
  private PfxOptions key;
  private int port;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException, InterruptedException {
    Path store = folder.resolve("key.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    key =
        new PfxOptions()
            .setPassword(PASSWORD)
            .setValue(vertx.fileSystem().readFileBlocking(store.toString()));
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
}

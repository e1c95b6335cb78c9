package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqTest {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  @Test
  void itSpeaksStomp() throws Exception {
    try (Socket socket = connect(RABBIT.stompPort())) {
      String connect =
          "CONNECT\naccept-version:1.2\nhost:/\nlogin:%s\npasscode:%s\n\n\0"
              .formatted(RABBIT.username(), RABBIT.password());
      socket.getOutputStream().write(connect.getBytes(StandardCharsets.UTF_8));
      assertThat(socket.getInputStream().readNBytes(9)).asString().isEqualTo("CONNECTED");
    }
  }

  @Test
  void itSpeaksStompOverWebsocket() throws Exception {
    try (Socket socket = connect(RABBIT.webStompPort())) {
      String upgrade =
          """
          GET /ws HTTP/1.1
          Host: localhost
          Connection: Upgrade
          Upgrade: websocket
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

          """
              .replace("\n", "\r\n");
      socket.getOutputStream().write(upgrade.getBytes(StandardCharsets.UTF_8));
      assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 101");
    }
  }

  @Test
  void itSpeaksAmqp1() throws Exception {
    byte[] header = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    try (Socket socket = connect(RABBIT.amqpPort())) {
      socket.getOutputStream().write(header);
      assertThat(socket.getInputStream().readNBytes(4)).asString().isEqualTo("AMQP");
    }
  }

  @Test
  void whatIsDurableSurvivesAKillAndAStop() throws Exception {
    RABBIT.rabbitmqctl("add_vhost", "kept");
    RABBIT.kill();
    assertThatThrownBy(() -> connect(RABBIT.stompPort())).isInstanceOf(ConnectException.class);
    RABBIT.start();
    assertThat(RABBIT.rabbitmqctl("list_vhosts")).contains("kept");
    RABBIT.stop();
    assertThatThrownBy(() -> connect(RABBIT.amqpPort())).isInstanceOf(ConnectException.class);
    RABBIT.start();
    assertThat(RABBIT.rabbitmqctl("list_vhosts")).contains("kept");
    connect(RABBIT.streamPort()).close();
  }

  @Test
  void aCommandThatFailsSaysWhy() {
    assertThatThrownBy(() -> RABBIT.rabbitmqctl("delete_vhost", "unheard-of"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("unheard-of");
  }

  private static Socket connect(int port) throws Exception {
    Socket socket = new Socket();
    socket.setSoTimeout(60_000);
    socket.connect(new InetSocketAddress(RABBIT.host(), port), 10_000);
    return socket;
  }
}

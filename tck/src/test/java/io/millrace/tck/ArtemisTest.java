package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ArtemisTest {

  private static final byte SASL = 3;

  @RegisterExtension static final Artemis ARTEMIS = new Artemis();

  @Test
  void itSpeaksStompAndCounts() throws Exception {
    try (Socket socket = connect(ARTEMIS.stompPort())) {
      String connect =
          "CONNECT\naccept-version:1.2\nhost:localhost\nlogin:%s\npasscode:%s\n\n\0SUBSCRIBE\nid:1\ndestination:a\nreceipt:1\n\n\0"
              .formatted(ARTEMIS.username(), ARTEMIS.password());
      socket.getOutputStream().write(connect.getBytes(StandardCharsets.UTF_8));
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("receipt-id:1") < 0) {
        answer.append((char) socket.getInputStream().read());
      }
      assertThat(answer).startsWith("CONNECTED");
      assertThat(ARTEMIS.connections()).isEqualTo(1);
      assertThat(ARTEMIS.consumers()).isEqualTo(1);
    }
  }

  @Test
  void itSpeaksAmqp1AndStopsAndStarts() throws Exception {
    for (int i = 0; i < 2; i++) {
      byte[] header = {'A', 'M', 'Q', 'P', SASL, 1, 0, 0};
      try (Socket socket = connect(ARTEMIS.amqpPort())) {
        socket.getOutputStream().write(header);
        assertThat(socket.getInputStream().readNBytes(8)).isEqualTo(header);
      }
      ARTEMIS.stop();
      assertThatThrownBy(() -> connect(ARTEMIS.amqpPort())).isInstanceOf(IOException.class);
      ARTEMIS.start();
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(ARTEMIS.host(), port);
    socket.setSoTimeout(60_000);
    return socket;
  }
}

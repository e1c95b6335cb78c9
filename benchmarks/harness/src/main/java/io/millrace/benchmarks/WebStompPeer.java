package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Peer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * RabbitMQ alone, with STOMP over WebSocket: each browser has a connection and a queue. This
 * process only publishes, over STOMP, and does not count.
 */
final class WebStompPeer implements Peer {

  private final RabbitMqProcess rabbitMq = new RabbitMqProcess();
  private OutputStream out;

  @SuppressWarnings("NullAway.Init") // It is started before anything is published.
  WebStompPeer() {}

  @Override
  public int start() throws IOException {
    rabbitMq.start();
    Socket socket = new Socket(rabbitMq.host(), rabbitMq.stompPort());
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    send("CONNECT\naccept-version:1.2\n" + RabbitMqProcess.LOGIN + "\n", "");
    if (socket.getInputStream().read() != 'C') {
      throw new IOException("RabbitMQ refuses the login");
    }
    return rabbitMq.webStompPort();
  }

  private void send(String head, String body) throws IOException {
    out.write((head + "\n" + body + "\0").getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void publish(String channel, String payload) {
    try {
      send("SEND\ndestination:" + RabbitMqProcess.TOPIC + channel + "\n", payload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<Long> processes() {
    return List.of(rabbitMq.pid());
  }
}

package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoopTest {

  @Test
  void whatAReaderCannotParseVoidsTheRunAndEndsItsConnectionOnly() throws Exception {
    InetAddress local = InetAddress.getLoopbackAddress();
    Tally tally = new Tally();
    try (ServerSocket server = new ServerSocket(0, 1, local);
        Loop loop = new Loop()) {
      Connection reader = new LongPollConnection(tally, () -> {}, "/poll", "/longpoll?cursor=");
      InetSocketAddress to = new InetSocketAddress(local, server.getLocalPort());
      loop.call(() -> loop.connect(reader, new InetSocketAddress(local, 0), to)).join();
      try (Socket socket = server.accept()) {
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(60_000);
        String untilTheEnd =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

        assertThat(untilTheEnd).startsWith("GET /poll ");
      }
      assertThat(loop.call(tally::faults).join()).singleElement().asString().contains("no size");
    }
  }
}

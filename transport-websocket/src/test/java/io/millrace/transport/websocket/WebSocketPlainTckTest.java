package io.millrace.transport.websocket;

import io.millrace.spi.Transport;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TransportTck;

class WebSocketPlainTckTest extends TransportTck {

  @Override
  protected Transport newTransport() {
    return new WebSocketTransport();
  }

  @Override
  protected TestClient client() {
    return TestClients.webSocketPlain();
  }
}

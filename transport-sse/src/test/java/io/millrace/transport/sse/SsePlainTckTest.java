package io.millrace.transport.sse;

import io.millrace.spi.Transport;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TransportTck;

class SsePlainTckTest extends TransportTck {

  @Override
  protected Transport newTransport() {
    return new SseTransport();
  }

  @Override
  protected TestClient client() {
    return TestClients.ssePlain();
  }
}

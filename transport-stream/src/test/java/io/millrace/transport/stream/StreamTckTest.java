package io.millrace.transport.stream;

import io.millrace.spi.Transport;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TransportTck;

class StreamTckTest extends TransportTck {

  @Override
  protected Transport newTransport() {
    return new StreamTransport();
  }

  @Override
  protected TestClient client() {
    return TestClients.stream();
  }
}

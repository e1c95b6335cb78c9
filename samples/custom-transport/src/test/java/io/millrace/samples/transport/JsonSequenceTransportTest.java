package io.millrace.samples.transport;

import io.millrace.spi.Transport;
import io.millrace.tck.TestClient;
import io.millrace.tck.TransportTck;

class JsonSequenceTransportTest extends TransportTck {

  @Override
  protected Transport newTransport() {
    return new JsonSequenceTransport();
  }

  @Override
  protected TestClient client() {
    return new JsonSequenceClient();
  }
}

package io.millrace.transport.longpoll;

import io.millrace.spi.Transport;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TransportTck;

class PollTckTest extends TransportTck {

  @Override
  protected Transport newTransport() {
    return new PollTransport();
  }

  @Override
  protected TestClient client() {
    return TestClients.poll();
  }
}

package io.millrace.transport.longpoll;

import io.millrace.spi.Transport;
import io.millrace.tck.TestClient;
import io.millrace.tck.TestClients;
import io.millrace.tck.TransportTck;

class LongPollTckTest extends TransportTck {

  @Override
  protected Transport newTransport() {
    return new LongPollTransport();
  }

  @Override
  protected TestClient client() {
    return TestClients.longPoll();
  }
}

package io.millrace.benchmarks;

import io.millrace.BearerToken;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * A reader of {@code millrace.v1} that sends a token as a browser does, in a subprotocol, and is
 * ready when it is welcome.
 */
final class TokenConnection extends WebSocketConnection {

  private static final int TYPE = "{\"type\":\"".length();

  private final Optional<String> token;

  TokenConnection(Tally tally, Runnable whenReady, String path, Optional<String> token) {
    super(tally, whenReady, path);
    this.token = token;
  }

  @Override
  String[] headers() {
    String credentials =
        token
            .map(
                text ->
                    ", "
                        + BearerToken.SUBPROTOCOL
                        + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(text.getBytes(StandardCharsets.US_ASCII)))
            .orElse("");
    return new String[] {"Sec-WebSocket-Protocol: millrace.v1" + credentials};
  }

  @Override
  void opened() {}

  @Override
  void frame(ByteBuffer in, int from, int length) {
    if (in.get(from + TYPE) == 'w') {
      ready();
    } else {
      tally.fault(text(in, from, length));
    }
  }
}

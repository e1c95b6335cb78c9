package io.millrace.transport.sse;

import io.millrace.spi.Format;
import io.millrace.spi.Framing;

/** The framings of event streams. */
public final class SseFramings {

  /** Payloads only. */
  public static final Framing PLAIN = new SseFraming(Format.PLAIN);

  /** Envelopes. */
  public static final Framing ENVELOPE = new SseFraming(Format.ENVELOPE);

  private SseFramings() {}
}

package io.millrace.core.presence;

import io.millrace.spi.Framing;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/** Frames of a few signals, each made once for all who are told it in the same turn. */
final class Frames {

  private record Made(Framing framing, Signal signal, Buffer frame) {}

  private final List<Made> made = new ArrayList<>();

  Buffer of(Framing framing, Signal signal) {
    for (Made known : made) {
      // Not by value, because a signal may name very many.
      if (isSame(known.signal, signal) && known.framing.equals(framing)) {
        return known.frame;
      }
    }
    Buffer frame = framing.signal(signal);
    made.add(new Made(framing, signal, frame));
    return frame;
  }

  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(Signal one, Signal other) {
    return one == other;
  }
}

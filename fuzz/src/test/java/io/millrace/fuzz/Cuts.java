package io.millrace.fuzz;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Passes on bytes in pieces, as a network does. The same bytes are always cut in the same way. */
public final class Cuts {

  private Cuts() {}

  /** Passes on everything at once. */
  public static void whole(byte[] bytes, Consumer<Buffer> reader) {
    reader.accept(Buffer.buffer(bytes.clone()));
  }

  /** Passes on one byte after the other. */
  public static void single(byte[] bytes, Consumer<Buffer> reader) {
    for (byte octet : bytes) {
      reader.accept(Buffer.buffer(new byte[] {octet}));
    }
  }

  /** Passes on pieces of any length, sometimes empty ones. */
  public static void anywhere(byte[] bytes, Consumer<Buffer> reader) {
    Random random = new Random(Arrays.hashCode(bytes));
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + random.nextInt(random.nextBoolean() ? 4 : 200));
      reader.accept(Buffer.buffer(Arrays.copyOfRange(bytes, at, end)));
      at = end;
    }
  }
}

package io.millrace.fuzz;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Gives bytes in pieces, as a network does. The same bytes are always cut alike. */
public final class Cuts {

  private Cuts() {}

  /** Gives all at once. */
  public static void whole(byte[] bytes, Consumer<Buffer> reader) {
    reader.accept(Buffer.buffer(bytes.clone()));
  }

  /** Gives one byte after the other. */
  public static void single(byte[] bytes, Consumer<Buffer> reader) {
    for (byte octet : bytes) {
      reader.accept(Buffer.buffer(new byte[] {octet}));
    }
  }

  /** Gives pieces of any length, now and then of none. */
  public static void anywhere(byte[] bytes, Consumer<Buffer> reader) {
    Random random = new Random(Arrays.hashCode(bytes));
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + random.nextInt(random.nextBoolean() ? 4 : 200));
      reader.accept(Buffer.buffer(Arrays.copyOfRange(bytes, at, end)));
      at = end;
    }
  }
}

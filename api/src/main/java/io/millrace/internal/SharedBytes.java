package io.millrace.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import org.jspecify.annotations.Nullable;

/**
 * What an event loop wrote last. A buffer is written to many connections one after another; if it
 * lies on the heap, it is copied for each of them. This is one copy for all, kept until another
 * buffer is written.
 */
public final class SharedBytes {

  private static final int CRLF = '\r' << 8 | '\n';

  private static final FastThreadLocal<SharedBytes> LAST =
      new FastThreadLocal<>() {
        @Override
        protected SharedBytes initialValue() {
          return new SharedBytes();
        }

        @Override
        protected void onRemoval(SharedBytes last) {
          last.bytes.release();
        }
      };

  private Buffer content = Buffer.buffer();
  private boolean chunked;
  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

  /** What counts the bytes while a write of them waits, once one has. */
  private Unsent.@Nullable Shared unsent;

  private SharedBytes() {}

  /**
   * Returns the bytes of a buffer, in memory that needs no copy to be sent.
   *
   * @param content must not be changed any more
   * @param allocator the connection's
   * @return to be released; Netty does so once it is written
   */
  public static ByteBuf of(Buffer content, ByteBufAllocator allocator) {
    return LAST.get().get(content, false, allocator);
  }

  /**
   * Returns a buffer as a chunk (RFC 9112, section 7.1), in memory that needs no copy to be sent.
   *
   * @param content must not be changed any more; not empty, since that would be the last chunk
   * @param allocator the connection's
   * @return to be released; Netty does so once it is written
   */
  public static ByteBuf chunk(Buffer content, ByteBufAllocator allocator) {
    return LAST.get().get(content, true, allocator);
  }

  /**
   * Counts a write of what was got last, until it is complete.
   *
   * @param write that is not complete
   * @param connection to which
   */
  public static void waits(ChannelFuture write, Unsent.Connection connection) {
    SharedBytes last = LAST.get();
    Unsent.Shared counted = last.unsent;
    if (counted == null) {
      counted = new Unsent.Shared(last.bytes.readableBytes());
      last.unsent = counted;
    }
    Unsent.count(write, counted, connection);
  }

  private ByteBuf get(Buffer wanted, boolean asChunk, ByteBufAllocator allocator) {
    if (content != wanted || chunked != asChunk) {
      ByteBuf made = asChunk ? makeChunk(wanted, allocator) : copy(wanted, allocator);
      bytes.release();
      bytes = made;
      content = wanted;
      chunked = asChunk;
      unsent = null;
    }
    return bytes.retainedDuplicate();
  }

  private static ByteBuf copy(Buffer content, ByteBufAllocator allocator) {
    return allocator.directBuffer(content.length()).writeBytes(bytes(content));
  }

  private static ByteBuf makeChunk(Buffer content, ByteBufAllocator allocator) {
    byte[] size = Integer.toHexString(content.length()).getBytes(US_ASCII);
    return allocator
        .directBuffer(size.length + 2 + content.length() + 2)
        .writeBytes(size)
        .writeShort(CRLF)
        .writeBytes(bytes(content))
        .writeShort(CRLF);
  }

  private static ByteBuf bytes(Buffer buffer) {
    return ((BufferInternal) buffer).getByteBuf();
  }
}

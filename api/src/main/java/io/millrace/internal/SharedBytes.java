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
 * The last buffer that an event loop has written. A buffer is written to many connections one after
 * another; if it is on the heap, it is copied for each of them. This class keeps one copy for all,
 * until another buffer is written.
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

  /** Counts the bytes while a write of them waits; absent until one waits. */
  private Unsent.@Nullable Shared unsent;

  private SharedBytes() {}

  /**
   * Returns the bytes of a buffer, in memory that is sent without another copy.
   *
   * @param content the buffer, which nobody may change any more
   * @param allocator the allocator of the connection
   * @return the bytes, which must be released; Netty does that after it has written them
   */
  public static ByteBuf of(Buffer content, ByteBufAllocator allocator) {
    return LAST.get().get(content, false, allocator);
  }

  /**
   * Returns a buffer as a chunk (RFC 9112, section 7.1), in memory that is sent without another
   * copy.
   *
   * @param content the buffer, which nobody may change any more; not empty, because an empty chunk
   *     ends the body
   * @param allocator the allocator of the connection
   * @return the chunk, which must be released; Netty does that after it has written it
   */
  public static ByteBuf chunk(Buffer content, ByteBufAllocator allocator) {
    return LAST.get().get(content, true, allocator);
  }

  /**
   * Counts a write of the bytes that were returned last, until it is complete.
   *
   * @param write the write, which is not complete
   * @param connection the connection that is written to
   */
  public static void waits(ChannelFuture write, Unsent.Connection connection) {
    SharedBytes last = LAST.get();
    Unsent.Shared counted = last.unsent;
    if (counted == null) {
      // The allocator may have given more than was asked for.
      ByteBuf bytes = last.bytes;
      counted = new Unsent.Shared(bytes.writerIndex() + bytes.maxFastWritableBytes());
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

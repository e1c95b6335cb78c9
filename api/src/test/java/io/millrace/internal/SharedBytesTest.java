package io.millrace.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedBytesTest {

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  @Test
  void bytesAreCopiedOnceForAll() throws Exception {
    onEventLoop(
        () -> {
          Buffer content = Buffer.buffer("one");
          ByteBuf first = SharedBytes.of(content, allocator);
          ByteBuf second = SharedBytes.of(content, allocator);

          assertThat(first.isDirect()).isTrue();
          assertThat(second.memoryAddress()).isEqualTo(first.memoryAddress());
          assertThat(first.readCharSequence(2, US_ASCII)).hasToString("on");
          assertThat(second.toString(US_ASCII)).isEqualTo("one");
          first.release();
          second.release();
        });
  }

  @Test
  void aBufferMayBeWrittenAsItIsAndAsAChunk() throws Exception {
    onEventLoop(
        () -> {
          Buffer content = Buffer.buffer("0123456789abcdef");
          List<String> written = new ArrayList<>();
          for (ByteBuf bytes :
              List.of(
                  SharedBytes.of(content, allocator),
                  SharedBytes.chunk(content, allocator),
                  SharedBytes.chunk(content, allocator),
                  SharedBytes.of(content, allocator))) {
            written.add(bytes.toString(US_ASCII));
            bytes.release();
          }

          String chunk = "10\r\n0123456789abcdef\r\n";
          assertThat(written).containsExactly("0123456789abcdef", chunk, chunk, "0123456789abcdef");
        });
  }

  @Test
  void equalContentIsNotTakenForTheSame() throws Exception {
    onEventLoop(
        () -> {
          ByteBuf one = SharedBytes.of(Buffer.buffer("equal"), allocator);
          ByteBuf other = SharedBytes.of(Buffer.buffer("equal"), allocator);

          assertThat(other.memoryAddress()).isNotEqualTo(one.memoryAddress());
          one.release();
          other.release();
        });
  }

  @Test
  void memoryIsGivenBackOnceEverybodyHasWritten() throws Exception {
    List<ByteBuf> slow = new ArrayList<>();
    onEventLoop(
        () -> {
          slow.add(SharedBytes.chunk(Buffer.buffer("first"), allocator));
          SharedBytes.of(Buffer.buffer("second"), allocator).release();
          SharedBytes.chunk(Buffer.buffer("third"), allocator).release();

          assertThat(slow.get(0).toString(US_ASCII)).isEqualTo("5\r\nfirst\r\n");
        });

    assertThat(allocator.metric().usedDirectMemory())
        .as("the last one goes with its thread")
        .isEqualTo(slow.get(0).capacity());
    slow.get(0).release();
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }

  private static void onEventLoop(Runnable test) throws InterruptedException {
    List<Throwable> failures = new ArrayList<>();
    Thread thread = new FastThreadLocalThread(test);
    thread.setUncaughtExceptionHandler((failed, failure) -> failures.add(failure));
    thread.start();
    thread.join();
    assertThat(failures).isEmpty();
  }
}

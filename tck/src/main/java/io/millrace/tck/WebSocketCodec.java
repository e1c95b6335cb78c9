package io.millrace.tck;

import io.millrace.Message;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** WebSocket frames (RFC 6455, section 5) as a client reads and writes them, without extensions. */
final class WebSocketCodec implements Codec {

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int FIN = 0x80;
  private static final int MASK = 0x80;
  private static final int NO_STATUS = 1005;

  private final boolean plain;
  private Buffer pending = Buffer.buffer();
  private Buffer message = Buffer.buffer();
  private int messageOpcode;
  private Buffer owed = Buffer.buffer();

  WebSocketCodec(boolean plain) {
    this.plain = plain;
  }

  @Override
  public List<Frame> decode(byte[] bytes) {
    pending = pending.appendBytes(bytes);
    List<Frame> frames = new ArrayList<>();
    while (takeFrame(frames)) {
      // Each turn takes one.
    }
    return frames;
  }

  private boolean takeFrame(List<Frame> frames) {
    if (pending.length() < 2) {
      return false;
    }
    int first = pending.getUnsignedByte(0);
    int second = pending.getUnsignedByte(1);
    require((first & 0x70) == 0, "reserved bits are set");
    require((second & MASK) == 0, "a server's frame is masked");
    int header = second == 126 ? 4 : second == 127 ? 10 : 2;
    if (pending.length() < header) {
      return false;
    }
    long length =
        second == 126 ? pending.getUnsignedShort(2) : second == 127 ? pending.getLong(2) : second;
    if (pending.length() < header + length) {
      return false;
    }
    Buffer payload = pending.getBuffer(header, header + (int) length);
    pending = pending.getBuffer(header + (int) length, pending.length());
    take(first & 15, (first & FIN) != 0, payload, frames);
    return true;
  }

  private void take(int opcode, boolean last, Buffer payload, List<Frame> frames) {
    if (opcode >= CLOSE) {
      require(last && opcode <= PONG && payload.length() <= 125, "a bad control frame");
      if (opcode == CLOSE) {
        int code = payload.length() == 0 ? NO_STATUS : payload.getUnsignedShort(0);
        frames.add(new Frame.Closed(Optional.empty(), code));
      } else if (opcode == PING) {
        owed = owed.appendBytes(encode(PONG, payload.getBytes()));
      }
      return;
    }
    require(opcode <= BINARY && (opcode == CONTINUATION) == (messageOpcode != 0), "bad fragments");
    messageOpcode = opcode == CONTINUATION ? messageOpcode : opcode;
    message = message.appendBuffer(payload);
    if (last) {
      frames.add(read(messageOpcode, message));
      messageOpcode = 0;
      message = Buffer.buffer();
    }
  }

  private Frame read(int opcode, Buffer complete) {
    if (opcode == TEXT) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(complete.getBytes()));
      } catch (CharacterCodingException e) {
        throw new AssertionError("A text message is not UTF-8: " + complete, e);
      }
    }
    if (plain) {
      return new Frame.Delivery(
          Optional.empty(), Optional.empty(), Message.DEFAULT_EVENT, complete, "");
    }
    require(opcode == TEXT, "a binary message in millrace.v1");
    return JsonFrame.parse(complete.getBytes());
  }

  @Override
  public byte[] owed() {
    byte[] bytes = owed.getBytes();
    owed = Buffer.buffer();
    return bytes;
  }

  @Override
  public byte[] encode(String json) {
    return encode(TEXT, json.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] encode(int opcode, byte[] payload) {
    Buffer frame = Buffer.buffer().appendUnsignedByte((short) (FIN | opcode));
    if (payload.length < 126) {
      frame.appendUnsignedByte((short) (MASK | payload.length));
    } else if (payload.length < 1 << 16) {
      frame.appendUnsignedByte((short) (MASK | 126)).appendUnsignedShort(payload.length);
    } else {
      frame.appendUnsignedByte((short) (MASK | 127)).appendLong(payload.length);
    }
    byte[] mask = new byte[4];
    ThreadLocalRandom.current().nextBytes(mask);
    frame.appendBytes(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.appendByte((byte) (payload[i] ^ mask[i & 3]));
    }
    return frame.getBytes();
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError("This violates RFC 6455: " + otherwise);
    }
  }
}

package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads a client's frames (RFC 6455 section 5) from pieces that may be cut anywhere, and reports
 * messages and control frames in the order of their arrival.
 *
 * <p>A violation is reported as soon as the byte that makes it one has arrived. From then on, and
 * after {@link #discard}, everything except a Close frame is skipped unread. Memory grows with what
 * has arrived, never with what a header announces. For one thread only; the listener may call the
 * reader's methods.
 */
final class FrameReader {

  /** Gets what the client has sent. The buffers belong to the listener. */
  interface Listener {
    /** A whole text message, valid UTF-8. */
    void text(Buffer utf8);

    /** A whole binary message. */
    void binary(Buffer payload);

    void ping(Buffer payload);

    void pong(Buffer payload);

    /**
     * The Close frame; nothing follows. The code is 1005 if the frame had none, if the frame itself
     * is a violation, or if it came after one or after {@link FrameReader#discard}.
     */
    void close(int code, String reason);

    /** The client violated the protocol or a limit: 1002, 1007 or 1009. Called at most once. */
    void violation(int code, String reason);
  }

  private enum State {
    OPCODE,
    LENGTH,
    EXTENDED_LENGTH,
    MASK,
    PAYLOAD,
    CLOSED
  }

  private static final Buffer NOTHING = Buffer.buffer();

  private final int maxFrame;
  private final int maxMessage;
  private final Listener listener;
  private final Utf8Validator utf8 = new Utf8Validator();

  private Buffer input = NOTHING;
  private int position;
  private boolean running;
  private boolean suspended;
  private boolean discarding;
  private boolean ended;

  private State state = State.OPCODE;
  private int headerBytesLeft;
  private boolean last;
  private int opcode;
  private boolean masked;
  private int mask;
  private long payloadLeft;

  /**
   * {@link Opcode#TEXT} or {@link Opcode#BINARY}, from the beginning of a message's first frame to
   * the end of its last one.
   */
  private int messageOpcode = Opcode.CONTINUATION;

  private Buffer message = NOTHING;
  private Buffer control = NOTHING;

  /**
   * @param maxFrame the maximum payload of a frame, in bytes
   * @param maxMessage the maximum size of a message over all its frames, in bytes
   */
  FrameReader(int maxFrame, int maxMessage, Listener listener) {
    this.maxFrame = maxFrame;
    this.maxMessage = maxMessage;
    this.listener = listener;
  }

  /** Reads the next bytes. The reader owns the chunk from now on: it unmasks it in place. */
  void feed(Buffer chunk) {
    if (state == State.CLOSED) {
      return;
    }
    if (position < input.length()) {
      input = input.getBuffer(position, input.length()).appendBuffer(chunk);
    } else {
      input = chunk;
    }
    position = 0;
    run();
  }

  /** Reports nothing until {@link #resume}, not even what has already arrived. */
  void suspend() {
    suspended = true;
  }

  /** Undoes {@link #suspend}, and continues to read. */
  void resume() {
    suspended = false;
    run();
  }

  boolean suspended() {
    return suspended;
  }

  /** Returns how many bytes of memory hold what has arrived. A buffer grows by doubling. */
  int held() {
    return 2 * (Integer.highestOneBit(input.length()) + Integer.highestOneBit(message.length()))
        + control.length();
  }

  /** Returns whether the client has begun a message or a frame, and still has to send its rest. */
  boolean unfinished() {
    return !suspended
        && !discarding
        && (state != State.OPCODE || messageOpcode != Opcode.CONTINUATION);
  }

  /** Returns whether a message, or a frame between messages, has ended since the last call. */
  boolean hasEnded() {
    boolean before = ended;
    ended = false;
    return before;
  }

  /** Skips everything that follows, except a Close frame. Does not continue to read by itself. */
  void discard() {
    discarding = true;
    message = NOTHING;
    control = NOTHING;
  }

  private void run() {
    if (running) {
      return; // called by the listener: the loop below continues
    }
    running = true;
    try {
      while (!suspended && position < input.length() && state != State.CLOSED) {
        if (state == State.PAYLOAD) {
          payload();
        } else {
          header(input.getByte(position++));
        }
      }
    } finally {
      running = false;
      if (position >= input.length() || state == State.CLOSED) {
        input = NOTHING;
        position = 0;
      }
    }
  }

  private void header(byte octet) {
    switch (state) {
      case OPCODE -> opcode(octet);
      case LENGTH -> length(octet);
      case EXTENDED_LENGTH -> {
        payloadLeft = (payloadLeft << 8) | (octet & 0xFF);
        if (--headerBytesLeft == 0) {
          lengthKnown();
        }
      }
      default -> {
        mask = (mask << 8) | (octet & 0xFF);
        if (--headerBytesLeft == 0) {
          beginPayload();
        }
      }
    }
  }

  private void opcode(byte octet) {
    last = octet < 0;
    opcode = octet & 0x0F;
    state = State.LENGTH;
    if ((octet & 0x70) != 0) {
      violation(CloseCode.PROTOCOL_ERROR, "reserved bit set");
    } else if (Opcode.isReserved(opcode)) {
      violation(CloseCode.PROTOCOL_ERROR, "reserved opcode");
    } else if (Opcode.isControl(opcode)) {
      if (!last) {
        violation(CloseCode.PROTOCOL_ERROR, "fragmented control frame");
      }
    } else if (opcode == Opcode.CONTINUATION) {
      if (messageOpcode == Opcode.CONTINUATION) {
        violation(CloseCode.PROTOCOL_ERROR, "nothing to continue");
      }
    } else if (messageOpcode != Opcode.CONTINUATION) {
      violation(CloseCode.PROTOCOL_ERROR, "message inside a message");
    } else {
      messageOpcode = opcode;
    }
  }

  private void length(byte octet) {
    masked = octet < 0;
    int length = octet & 0x7F;
    if (!masked) {
      violation(CloseCode.PROTOCOL_ERROR, "frame not masked");
    } else if (Opcode.isControl(opcode) && length > FrameWriter.MAX_CONTROL) {
      violation(CloseCode.PROTOCOL_ERROR, "control frame too long");
    }
    payloadLeft = 0;
    if (length <= FrameWriter.MAX_CONTROL) {
      payloadLeft = length;
      lengthKnown();
    } else {
      headerBytesLeft = length == 126 ? Short.BYTES : Long.BYTES;
      state = State.EXTENDED_LENGTH;
    }
  }

  private void lengthKnown() {
    if (payloadLeft < 0) {
      violation(CloseCode.PROTOCOL_ERROR, "negative length");
      payloadLeft = Long.MAX_VALUE;
    } else if (!Opcode.isControl(opcode)
        && (payloadLeft > maxFrame || payloadLeft > maxMessage - message.length())) {
      violation(CloseCode.TOO_BIG, "message too big");
    }
    mask = 0;
    headerBytesLeft = Integer.BYTES;
    if (masked) {
      state = State.MASK;
    } else {
      beginPayload();
    }
  }

  private void beginPayload() {
    state = State.PAYLOAD;
    if (payloadLeft == 0) {
      endFrame();
    }
  }

  private void payload() {
    int length = (int) Math.min(payloadLeft, input.length() - position);
    if (!discarding) {
      unmask(length);
      if (Opcode.isControl(opcode)) {
        control = append(control, length);
      } else if (messageOpcode == Opcode.TEXT && !utf8.accept(input, position, position + length)) {
        violation(CloseCode.INVALID_PAYLOAD, "not UTF-8");
      } else {
        message = append(message, length);
      }
    }
    position += length;
    payloadLeft -= length;
    if (payloadLeft == 0) {
      endFrame();
    }
  }

  private void unmask(int length) {
    int end = position + length;
    int at = position;
    if (mask != 0) {
      long wide = ((long) mask << 32) | (mask & 0xFFFFFFFFL);
      for (; at + Long.BYTES <= end; at += Long.BYTES) {
        input.setLong(at, input.getLong(at) ^ wide);
      }
      for (int shift = 24; at < end; at++, shift -= 8) {
        // at most seven bytes are left; the shift count wraps from -8 to 24 by itself
        input.setByte(at, (byte) (input.getByte(at) ^ (mask >>> shift)));
      }
    }
    mask = Integer.rotateLeft(mask, (length & 3) * 8);
  }

  private Buffer append(Buffer target, int length) {
    Buffer into = target == NOTHING ? Buffer.buffer(length) : target;
    return into.appendBuffer(input, position, length);
  }

  private void endFrame() {
    state = State.OPCODE;
    if (discarding) {
      if (opcode == Opcode.CLOSE) {
        closed(CloseCode.NO_STATUS, "");
      }
    } else if (Opcode.isControl(opcode)) {
      endControl();
    } else if (last) {
      endMessage();
    }
    ended |= messageOpcode == Opcode.CONTINUATION;
  }

  private void endMessage() {
    int kind = messageOpcode;
    Buffer whole = owned(message);
    message = NOTHING;
    messageOpcode = Opcode.CONTINUATION;
    if (kind == Opcode.BINARY) {
      listener.binary(whole);
    } else if (utf8.complete()) {
      listener.text(whole);
    } else {
      violation(CloseCode.INVALID_PAYLOAD, "not UTF-8");
    }
  }

  private void endControl() {
    Buffer payload = owned(control);
    control = NOTHING;
    switch (opcode) {
      case Opcode.PING -> listener.ping(payload);
      case Opcode.PONG -> listener.pong(payload);
      default -> endClose(payload);
    }
  }

  /** Section 5.5.1: the payload is empty, or a code and UTF-8. */
  private void endClose(Buffer payload) {
    int length = payload.length();
    if (length == 0) {
      closed(CloseCode.NO_STATUS, "");
      return;
    }
    int code = length == 1 ? 0 : payload.getUnsignedShort(0);
    Utf8Validator reason = new Utf8Validator();
    if (!CloseCode.mayTravel(code)) {
      violation(CloseCode.PROTOCOL_ERROR, "bad close code");
      closed(CloseCode.NO_STATUS, "");
    } else if (!reason.accept(payload, Short.BYTES, length) || !reason.complete()) {
      violation(CloseCode.INVALID_PAYLOAD, "close reason not UTF-8");
      closed(CloseCode.NO_STATUS, "");
    } else {
      closed(code, payload.getString(Short.BYTES, length, StandardCharsets.UTF_8.name()));
    }
  }

  private void closed(int code, String reason) {
    state = State.CLOSED;
    discard();
    listener.close(code, reason);
  }

  private void violation(int code, String reason) {
    if (!discarding) {
      discard();
      listener.violation(code, reason);
    }
  }

  /** The listener may append to a buffer that it gets, so it must not get the shared empty one. */
  private static Buffer owned(Buffer buffer) {
    return buffer == NOTHING ? Buffer.buffer() : buffer;
  }
}

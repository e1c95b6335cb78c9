package io.millrace.tck;

import java.util.List;

/**
 * Turns the bytes of one connection into frames. It gets the body of the response in pieces as they
 * arrive, which may be cut anywhere; only HTTP's own framing (RFC 9112) is removed. After a {@code
 * 101} it gets every byte. It must report every frame and drop none.
 */
public interface Codec {

  /**
   * Takes the next bytes.
   *
   * @param bytes one or more
   * @return the frames that these bytes complete
   */
  List<Frame> decode(byte[] bytes);

  /**
   * Returns what the client must send by itself after what was decoded, such as the answer to a
   * ping. Only called if the transport is duplex.
   *
   * @return the bytes to send, or none
   */
  default byte[] owed() {
    return new byte[0];
  }

  /**
   * Called when the body has come to its proper end.
   *
   * @return the frames that the end completes
   */
  default List<Frame> end() {
    return List.of();
  }

  /**
   * Wraps a command; only called if the transport is duplex.
   *
   * @param json a JSON object
   * @return the bytes to send
   */
  default byte[] encode(String json) {
    throw new UnsupportedOperationException("This transport's clients cannot send.");
  }
}

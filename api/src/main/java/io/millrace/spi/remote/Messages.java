package io.millrace.spi.remote;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.buffer.Buffer;
import java.util.Map;

/** Reads messages that a server brings. */
public final class Messages {

  private Messages() {}

  /**
   * Reads a message.
   *
   * @param headers see {@link MessageHeaders}
   * @param body its body
   * @param isUnicode whether the body is text in UTF-8, whatever charset the headers name
   * @param most how many bytes its payload may have
   * @return the message
   * @throws MillraceException if it is larger, or is not what its headers say
   */
  public static Message read(
      Map<String, String> headers, Buffer body, boolean isUnicode, int most) {
    check(body.length(), most);
    Message message =
        isUnicode ? MessageHeaders.readUnicode(headers, body) : MessageHeaders.read(headers, body);
    // As JSON, a text can be up to six times as long.
    check(message.length(), most);
    return message;
  }

  private static void check(int length, int most) {
    if (length > most) {
      throw BrokerConnection.tooLarge(most);
    }
  }
}

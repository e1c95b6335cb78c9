package io.millrace.core.log;

import io.millrace.Message;
import io.millrace.MillraceException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/**
 * Identifies a message with a key when a broker brings it. It needs two digests, so it is made
 * before the log's lock is taken. A publisher cannot choose their length, nor make their hash codes
 * equal in a useful way.
 *
 * @param key identifies the channel and the idempotency key
 * @param digest identifies the content
 */
public record MessageKey(String key, String digest) {

  /** Returns the key of a message that has one. */
  static Optional<MessageKey> of(String channel, Message message) {
    // Neither contains a line break.
    return message.key().map(key -> new MessageKey(digest(channel + '\n' + key), digest(message)));
  }

  /** Returns the form under which a key of somebody is kept. */
  public static String scoped(String scope, String key) {
    MessageDigest digest = sha256();
    digest.update(scope.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
    digest.update(key.getBytes(StandardCharsets.UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
  }

  /** Returns a digest that distinguishes the content of messages. */
  public static String digest(Message message) {
    MessageDigest digest = sha256();
    digest.update(message.event().getBytes(StandardCharsets.UTF_8));
    digest.update((byte) (message.isJson() ? '\n' : '\r')); // An event contains neither of these.
    digest.update(message.data().getBytes());
    return text(digest);
  }

  /** Returns the digest of a text, whose length is fixed. */
  public static String digest(String text) {
    MessageDigest digest = sha256();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return text(digest);
  }

  /** Returns what is said of a key that was used for another message. */
  public static MillraceException conflict() {
    return new MillraceException(
        MillraceException.Code.CONFLICT, "This key was used for another message on this channel.");
  }

  /**
   * One character for each byte: a map finds it quickly whatever its hash code, and it takes little
   * space.
   */
  private static String text(MessageDigest digest) {
    return new String(digest.digest(), StandardCharsets.ISO_8859_1);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

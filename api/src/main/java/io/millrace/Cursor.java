package io.millrace;

import java.util.Objects;
import java.util.Optional;

/**
 * A place in a log: everything up to it has been read.
 *
 * <p>Cursors of one epoch are ordered by their sequence number. An epoch names one numbering of a
 * log; cursors of different epochs cannot be compared. The text form is {@code <epoch>-<seq>}, at
 * most {@value #MAX_LENGTH} characters of {@code [A-Za-z0-9_-]}, which is safe in a URL, in an SSE
 * {@code id} and in a CORS-safelisted header.
 *
 * @param epoch the numbering that the sequence number belongs to: one or more of {@code
 *     [A-Za-z0-9_]}
 * @param seq the sequence number, zero or more; zero is before the first entry
 */
public record Cursor(String epoch, long seq) {

  /** The maximum length of a cursor's text form, in characters. */
  public static final int MAX_LENGTH = 64;

  private static final int MAX_EPOCH_LENGTH = MAX_LENGTH - 1 - 19;

  /**
   * Checks the parts.
   *
   * @param epoch the numbering
   * @param seq the sequence number
   * @throws IllegalArgumentException if the epoch is empty, is too long or has other characters, or
   *     if seq is negative
   */
  public Cursor {
    if (!isEpoch(epoch)) {
      throw new IllegalArgumentException(
          "epoch must be 1 to " + MAX_EPOCH_LENGTH + " characters of [A-Za-z0-9_]: " + epoch);
    }
    if (seq < 0) {
      throw new IllegalArgumentException("seq must not be negative: " + seq);
    }
  }

  /**
   * Reads the text form.
   *
   * @param text what a client sent
   * @return the cursor, or empty if the text is not the text form of one
   */
  public static Optional<Cursor> parse(String text) {
    int dash = Objects.requireNonNull(text).lastIndexOf('-');
    if (dash <= 0 || text.length() > MAX_LENGTH || !areDigits(text, dash + 1)) {
      return Optional.empty();
    }
    String epoch = text.substring(0, dash);
    if (!isEpoch(epoch)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Cursor(epoch, Long.parseLong(text, dash + 1, text.length(), 10)));
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  private static boolean areDigits(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return from < text.length();
  }

  private static boolean isEpoch(String epoch) {
    return epoch.length() <= MAX_EPOCH_LENGTH
        && epoch.indexOf('-') < 0
        && Names.isWord(epoch, 0, epoch.length());
  }

  /** {@return the text form, {@code <epoch>-<seq>}} */
  @Override
  public String toString() {
    return epoch + "-" + seq;
  }
}

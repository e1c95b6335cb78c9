package io.millrace;

import java.util.Locale;

/**
 * How urgent a message is. It decides when a long poll is answered; it never changes the order of
 * messages.
 */
public enum Priority {
  /** Answers a held long poll at once, with everything pending. */
  HIGH,
  /** The default; answers a held long poll at once, with everything pending. */
  NORMAL,
  /**
   * May wait for more messages before it answers a held long poll, within {@link
   * MillraceOptions#lowPriorityDelay()}, {@link MillraceOptions#lowPriorityCount()} and {@link
   * MillraceOptions#lowPriorityBytes()}.
   */
  LOW;

  private final String text = name().toLowerCase(Locale.ROOT);

  /**
   * Reads the text form.
   *
   * @param text {@code high}, {@code normal} or {@code low}
   * @return the priority
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is none of these
   */
  public static Priority of(String text) {
    for (Priority priority : values()) {
      if (priority.text.equals(text)) {
        return priority;
      }
    }
    throw new MillraceException(
        MillraceException.Code.BAD_REQUEST, "A priority must be high, normal or low.");
  }

  /** {@return the text form, in lower case} */
  @Override
  public String toString() {
    return text;
  }
}

package io.millrace.core.log;

import io.millrace.Cursor;
import java.util.Optional;

/**
 * Where a client asks to begin. The answer is a {@link StartPosition}.
 *
 * @param cursor the text of a cursor to continue after, whether or not it can be read
 * @param last how many held messages of each channel to replay, if there is no cursor
 */
public record ResumeFrom(Optional<String> cursor, int last) {

  /** From now on. */
  public static final ResumeFrom NOW = new ResumeFrom(Optional.empty(), 0);

  /** Continues after a cursor. */
  public static ResumeFrom after(Cursor cursor) {
    return new ResumeFrom(Optional.of(cursor.toString()), 0);
  }
}

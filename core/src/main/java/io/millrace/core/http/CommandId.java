package io.millrace.core.http;

import io.millrace.MillraceException;

/** The id by which a client recognizes the answer to a command: an integer, or a short text. */
final class CommandId {

  private static final int MOST_CHARACTERS = 64;

  private CommandId() {}

  /**
   * Returns the JSON text of a command's id.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not an id
   */
  static String of(JsonFields command) {
    String id = command.raw("id").orElseThrow(() -> bad("id is required: an integer or a string."));
    if (id.startsWith("\"")) {
      if (command.string("id").orElse("").length() > MOST_CHARACTERS) {
        throw bad("id may have at most " + MOST_CHARACTERS + " characters.");
      }
    } else {
      command.integer("id");
    }
    return id;
  }

  private static MillraceException bad(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}

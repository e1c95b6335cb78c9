package io.millrace.auth;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceException.Code;
import io.vertx.core.Future;

/** What clients are answered. No message contains anything of their credentials. */
final class Refusals {

  private Refusals() {}

  static MillraceException unauthorized(String why) {
    return new MillraceException(Code.UNAUTHORIZED, why);
  }

  static MillraceException tooLong() {
    return unauthorized("The token is longer than " + TokenHeader.MOST_CHARACTERS + " characters.");
  }

  static MillraceException unavailable(String why) {
    return new MillraceException(Code.UNAVAILABLE, why);
  }

  /** Returns the answer for a request without credentials. */
  static Future<Client> withoutCredentials(boolean required) {
    return required
        ? Future.failedFuture(unauthorized("Credentials are needed."))
        : Future.succeededFuture(Client.anonymous());
  }
}

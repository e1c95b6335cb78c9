package io.millrace;

/** What went wrong, with a stable code and whether trying again may help. */
public final class MillraceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Stable codes. Each has an HTTP status (RFC 9110) and a {@link #text()}, by which clients
   * recognize it.
   */
  public enum Code {
    /** The request cannot be understood or has a value out of bounds: 400. */
    BAD_REQUEST("bad-request", 400, false),
    /** The client is not known: 401. */
    UNAUTHORIZED("unauthorized", 401, false),
    /** The client may not do this: 403. */
    FORBIDDEN("forbidden", 403, false),
    /** There is nothing here: 404. */
    NOT_FOUND("not-found", 404, false),
    /** The transport is switched off; the message names those that are not: 404. */
    TRANSPORT_OFF("transport-off", 404, false),
    /** Another method is needed: 405. */
    METHOD_NOT_ALLOWED("method-not-allowed", 405, false),
    /** The body did not arrive in time: 408. */
    REQUEST_TIMEOUT("request-timeout", 408, true),
    /** The idempotency key was used for another message: 409. */
    CONFLICT("conflict", 409, false),
    /** The message is larger than allowed: 413. */
    TOO_LARGE("too-large", 413, false),
    /** The body is of a type that is not accepted: 415. */
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, false),
    /** Another protocol or version is needed: 426. */
    UPGRADE_REQUIRED("upgrade-required", 426, false),
    /** Too many messages or connections: 429. */
    RATE_LIMITED("rate-limited", 429, true),
    /** The server has a fault: 500. */
    INTERNAL("internal", 500, false),
    /** The server is full, starting, closing, or without its broker: 503. */
    UNAVAILABLE("unavailable", 503, true),
    /**
     * It is not known whether the broker took the message, because it did not answer in time, or
     * because the connection to it broke first. After a failure with any other code, the message
     * was not taken: 504.
     */
    TIMEOUT("timeout", 504, true);

    private final String text;
    private final int status;
    private final boolean retryable;

    Code(String text, int status, boolean retryable) {
      this.text = text;
      this.status = status;
      this.retryable = retryable;
    }

    /** {@return the code as it is sent} */
    public String text() {
      return text;
    }

    /** {@return the HTTP status (RFC 9110, section 15)} */
    public int status() {
      return status;
    }
  }

  private final Code code;

  /**
   * An exception.
   *
   * @param code the kind of failure
   * @param message what is wrong and what to do; clients may see it
   */
  public MillraceException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * An exception with a cause.
   *
   * @param code the kind of failure
   * @param message what is wrong and what to do; clients may see it
   * @param cause what led to it; it is logged, but never shown to a client
   */
  public MillraceException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** {@return the stable code} */
  public Code code() {
    return code;
  }

  /** {@return whether the same call may succeed later} */
  public boolean retryable() {
    return code.retryable;
  }
}

package io.millrace.transport.websocket;

/** The status codes of a closing handshake, RFC 6455 section 7.4. */
final class CloseCode {
  static final int NORMAL = 1000;
  static final int GOING_AWAY = 1001;
  static final int PROTOCOL_ERROR = 1002;

  /** The Close frame had no code. This is never sent. */
  static final int NO_STATUS = 1005;

  /** The TCP connection ended without a Close frame. This is never sent. */
  static final int ABNORMAL = 1006;

  static final int INVALID_PAYLOAD = 1007;
  static final int TOO_BIG = 1009;
  static final int INTERNAL_ERROR = 1011;

  private CloseCode() {}

  /**
   * Whether a code may be sent: those that RFC 6455 defines for it, 1012 to 1014, which IANA
   * registered later (RFC 6455, section 11.7), and 3000 to 4999.
   */
  static boolean mayTravel(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }
}

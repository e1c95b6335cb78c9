package io.millrace.transport.websocket;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The server's part of the opening handshake, RFC 6455 section 4.2; extensions are never accepted.
 */
final class Handshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;
  private static final String PROTOCOL = "Sec-WebSocket-Protocol";
  private static final String VERSION = "Sec-WebSocket-Version";

  private Handshake() {}

  /** The answer to the request. */
  sealed interface Answer permits Accepted, Refused {}

  /**
   * The request is answered 101.
   *
   * @param accept the value of {@code Sec-WebSocket-Accept}
   * @param subprotocol the subprotocol that was chosen; empty if none was offered
   */
  record Accepted(String accept, Optional<String> subprotocol) implements Answer {
    /** Adds the headers of the 101. */
    void addTo(MultiMap headers) {
      headers
          .set(HttpHeaders.UPGRADE, "websocket")
          .set(HttpHeaders.CONNECTION, "Upgrade")
          .set("Sec-WebSocket-Accept", accept);
      subprotocol.ifPresent(name -> headers.set(PROTOCOL, name));
    }
  }

  /**
   * The request is refused before any 101.
   *
   * @param status the HTTP status: 400, or 426 for a version that is not 13
   * @param code a stable, short name of the problem
   * @param detail a sentence for people
   */
  record Refused(int status, String code, String detail) implements Answer {
    /** Adds the header that a 426 must have; nothing for other statuses. */
    void addTo(MultiMap headers) {
      if (status == 426) {
        headers
            .set(HttpHeaders.UPGRADE, "websocket")
            .set(HttpHeaders.CONNECTION, "Upgrade")
            .set(VERSION, "13");
      }
    }
  }

  /**
   * Checks a request: its method, version and headers, except {@code Origin}.
   *
   * @param known the subprotocols that the server speaks
   */
  static Answer judge(HttpServerRequest request, Set<String> known) {
    return judge(request.method(), request.version(), request.headers(), known);
  }

  static Answer judge(HttpMethod method, HttpVersion version, MultiMap headers, Set<String> known) {
    if (!method.equals(HttpMethod.GET)) {
      return bad("method", "Open a WebSocket with GET.");
    }
    if (version != HttpVersion.HTTP_1_1) {
      return bad("http-version", "Open a WebSocket over HTTP/1.1.");
    }
    if (headers.getAll(HttpHeaders.HOST).size() != 1) {
      return bad("host", "There must be exactly one Host header.");
    }
    if (!hasToken(headers, HttpHeaders.UPGRADE, "websocket")) {
      return bad("upgrade", "The Upgrade header must contain websocket.");
    }
    if (!hasToken(headers, HttpHeaders.CONNECTION, "upgrade")) {
      return bad("connection", "The Connection header must contain Upgrade.");
    }
    if (hasBody(headers)) {
      return bad("body", "The request must not have a body."); // it would be read as frames
    }
    List<String> versions = headers.getAll(VERSION);
    if (versions.isEmpty()) {
      return bad("version", "The header Sec-WebSocket-Version is missing.");
    }
    if (versions.size() > 1 || !versions.get(0).strip().equals("13")) {
      return new Refused(426, "version", "Sec-WebSocket-Version must be 13.");
    }
    List<String> keys = headers.getAll("Sec-WebSocket-Key");
    if (keys.size() != 1 || !isKey(keys.get(0).strip())) {
      return bad("key", "Sec-WebSocket-Key must be 16 bytes in base64.");
    }
    return choose(headers, known, accept(keys.get(0).strip()));
  }

  /**
   * If a browser offers subprotocols and the answer names none of them, it fails the connection. So
   * such a request is refused at once.
   */
  private static Answer choose(MultiMap headers, Set<String> known, String accept) {
    if (!headers.contains(PROTOCOL)) {
      return new Accepted(accept, Optional.empty());
    }
    Optional<String> chosen = tokens(headers, PROTOCOL).filter(known::contains).findFirst();
    if (chosen.isEmpty()) {
      return bad("subprotocol", "The server speaks none of the offered subprotocols.");
    }
    return new Accepted(accept, chosen);
  }

  /** Section 4.2.2, step 5.4. */
  static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has SHA-1
    }
  }

  private static boolean isKey(String key) {
    try {
      // the length, too, because the decoder accepts missing padding
      return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean hasBody(MultiMap headers) {
    return headers.contains(HttpHeaders.TRANSFER_ENCODING)
        || headers.getAll(HttpHeaders.CONTENT_LENGTH).stream().anyMatch(n -> !n.equals("0"));
  }

  private static boolean hasToken(MultiMap headers, CharSequence name, String token) {
    return tokens(headers, name).anyMatch(t -> t.toLowerCase(Locale.ROOT).equals(token));
  }

  private static Stream<String> tokens(MultiMap headers, CharSequence name) {
    return headers.getAll(name).stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .map(String::strip);
  }

  private static Refused bad(String code, String detail) {
    return new Refused(400, code, detail);
  }
}

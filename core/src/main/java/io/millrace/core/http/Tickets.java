package io.millrace.core.http;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tickets, for browsers' own clients, which cannot send a header: a ticket in a URL says who comes,
 * once, for a few seconds. It contains the client itself, sealed with AES-GCM (NIST SP 800-38D), so
 * every node that has the secret can read it, and nobody else. Each node accepts it once. Safe on
 * any thread.
 */
final class Tickets {

  /** How many used tickets are remembered; with more in their lifetime, no more are accepted. */
  static final int MOST_USED = 50_000;

  /** A ticket must fit into a URL. */
  static final int MOST_BYTES = 1500;

  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  /** A ticket, and when it expires. */
  record Ticket(String text, Instant expires) {}

  private final MillraceOptions options;
  private final LongSupplier millis;
  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec secret;
  private final ReentrantLock lock = new ReentrantLock();

  /** When each ticket that was used expires, the one that was used first first. */
  private final Map<String, Long> used = new LinkedHashMap<>();

  /**
   * @param millis the time, in milliseconds since 1970
   */
  Tickets(MillraceOptions options, LongSupplier millis) {
    this.options = options;
    this.millis = millis;
    this.secret =
        new SecretKeySpec(options.ticketSecret().map(Tickets::key).orElseGet(this::key), "AES");
  }

  private static byte[] key(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // Every Java platform has SHA-256.
    }
  }

  private byte[] key() {
    byte[] key = new byte[32];
    random.nextBytes(key);
    return key;
  }

  /** Returns the ticket of a request. */
  static Optional<String> of(RoutingContext request) {
    String query = request.request().query();
    return query == null || !query.contains("ticket=")
        ? Optional.empty()
        : Optional.ofNullable(request.queryParams().get("ticket")).filter(it -> !it.isEmpty());
  }

  /**
   * Makes a ticket.
   *
   * @throws MillraceException {@link MillraceException.Code#UNAUTHORIZED} if nothing is known of
   *     the client, {@link MillraceException.Code#TOO_LARGE} if its attributes are too large
   */
  Ticket issue(Client client) {
    String user =
        client
            .user()
            .orElseThrow(
                () ->
                    new MillraceException(
                        MillraceException.Code.UNAUTHORIZED,
                        "Only a user gets a ticket. Send credentials."));
    Instant expires = Instant.ofEpochMilli(millis.getAsLong()).plus(options.ticketLifetime());
    JsonObject content =
        new JsonObject()
            .put("x", expires.toEpochMilli())
            .put("u", user)
            .put("i", client.issued().toEpochMilli())
            .put("a", new JsonObject(new LinkedHashMap<>(client.attributes())));
    client.expires().ifPresent(at -> content.put("e", at.toEpochMilli()));
    byte[] plain = content.toBuffer().getBytes();
    if (plain.length > MOST_BYTES) {
      throw new MillraceException(
          MillraceException.Code.TOO_LARGE, "This user has too many attributes for a ticket.");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, plain).orElseThrow();
    Buffer all = Buffer.buffer(NONCE_BYTES + sealed.length).appendBytes(nonce).appendBytes(sealed);
    return new Ticket(TEXT.encodeToString(all.getBytes()), expires);
  }

  /** Takes a ticket, once; fails with {@link MillraceException.Code#UNAUTHORIZED} otherwise. */
  Future<Client> redeem(String ticket) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(ticket);
      if (all.length <= NONCE_BYTES || all.length > 2 * MOST_BYTES) {
        return refused();
      }
      Optional<byte[]> plain =
          crypt(
              Cipher.DECRYPT_MODE,
              Arrays.copyOf(all, NONCE_BYTES),
              Arrays.copyOfRange(all, NONCE_BYTES, all.length));
      if (plain.isEmpty()) {
        return refused();
      }
      JsonObject content = Buffer.buffer(plain.get()).toJsonObject();
      // Different texts decode to the same bytes.
      return use(TEXT.encodeToString(Arrays.copyOf(all, NONCE_BYTES)), content.getLong("x"))
          ? Future.succeededFuture(client(content))
          : refused();
    } catch (IllegalArgumentException | DecodeException e) {
      return refused();
    } catch (MillraceException full) {
      return Future.failedFuture(full);
    }
  }

  private static Client client(JsonObject content) {
    Client client =
        Client.of(content.getString("u")).withIssued(Instant.ofEpochMilli(content.getLong("i")));
    for (Map.Entry<String, Object> attribute : content.getJsonObject("a")) {
      client = client.withAttribute(attribute.getKey(), attribute.getValue());
    }
    Long expires = content.getLong("e");
    return expires == null ? client : client.withExpiry(Instant.ofEpochMilli(expires));
  }

  private boolean use(String id, long expires) {
    long now = millis.getAsLong();
    lock.lock();
    try {
      forgetExpired(now);
      if (expires <= now || used.containsKey(id)) {
        return false;
      }
      if (used.size() >= MOST_USED) {
        throw new MillraceException(
            MillraceException.Code.UNAVAILABLE, "Too many tickets are in use. Try again.");
      }
      used.put(id, expires);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** They expire in about the order in which they were used. */
  private void forgetExpired(long now) {
    Iterator<Long> oldest = used.values().iterator();
    while (oldest.hasNext() && oldest.next() <= now) {
      oldest.remove();
    }
  }

  private Optional<byte[]> crypt(int mode, byte[] nonce, byte[] content) {
    try {
      Cipher cipher = Cipher.getInstance(CIPHER);
      cipher.init(mode, secret, new GCMParameterSpec(TAG_BITS, nonce));
      return Optional.of(cipher.doFinal(content));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  private static <T> Future<T> refused() {
    return Future.failedFuture(
        new MillraceException(
            MillraceException.Code.UNAUTHORIZED,
            "This ticket cannot be read, has expired, or was used before. Get a new one."));
  }
}

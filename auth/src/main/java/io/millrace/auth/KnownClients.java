package io.millrace.auth;

import io.millrace.Client;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Clients whose credentials were checked a short time ago, by a hash of these. The ones that were
 * used least recently give way to others. Safe on any thread.
 */
final class KnownClients {

  /** A SHA-256 of credentials, from which they cannot be found out. */
  record Key(long first, long second, long third, long fourth) {}

  /**
   * @param until milliseconds since 1970
   */
  private record Known(Client client, long until) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Known> clients;

  /**
   * @param most how many are kept
   */
  KnownClients(int most) {
    clients =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
            return size() > most;
          }
        };
  }

  /** Returns the key of credentials. */
  static Key key(List<String> credentials) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : credentials) {
        digest.update((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8));
      }
      LongBuffer hash = ByteBuffer.wrap(digest.digest()).asLongBuffer();
      return new Key(hash.get(), hash.get(), hash.get(), hash.get());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // Every Java platform has SHA-256.
    }
  }

  /** Returns a client that is known until later than now. */
  Optional<Client> get(Key key, Instant now) {
    lock.lock();
    try {
      return Optional.ofNullable(clients.get(key))
          .filter(known -> now.toEpochMilli() < known.until)
          .map(Known::client);
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a client; no longer than its credentials are good. */
  void put(Key key, Client client, Instant until) {
    Instant end = client.expires().filter(until::isAfter).orElse(until);
    lock.lock();
    try {
      clients.put(key, new Known(client, end.toEpochMilli()));
    } finally {
      lock.unlock();
    }
  }
}

package io.millrace.core.broker;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.GiveBack;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The room for messages that clients have published and the broker has not answered. No client may
 * take more of it than is left for all others. So a client whose messages the broker does not
 * answer uses at most half, and others can still publish where it does answer. Safe on any thread.
 */
public final class Unanswered {

  /** How many bytes a request takes besides its body. */
  public static final int REQUEST_BYTES = 16 << 10;

  /** The maximum that a message takes besides its payload. */
  private static final int BESIDES = 4 << 10;

  private final long most;
  private final long one;
  private final ReentrantLock lock = new ReentrantLock();

  /** What each client has taken, if it has taken anything. */
  private final Map<String, Long> takenBy = new HashMap<>();

  private long taken;

  Unanswered(MillraceOptions options) {
    this.one = request(options) + BESIDES;
    this.most = Math.max(options.bodyBytes(), one);
  }

  /** Returns how many bytes the largest request to publish takes while its body grows. */
  public static long request(MillraceOptions options) {
    return REQUEST_BYTES + 2L * options.maxClientMessageBytes();
  }

  /** Returns how many bytes are taken. */
  public long taken() {
    lock.lock();
    try {
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes some bytes. One message always fits into what is left.
   *
   * @param who the owner: the scope of its keys
   * @return gives them back when it is first run
   * @throws MillraceException {@link MillraceException.Code#UNAVAILABLE} if there is not enough
   *     room
   */
  public Runnable reserve(String who, long bytes) {
    lock.lock();
    try {
      long left = most - taken - bytes;
      long own = takenBy.getOrDefault(who, 0L) + bytes;
      if (left < 0 || own > Math.max(one, left)) {
        throw new MillraceException(
            MillraceException.Code.UNAVAILABLE,
            "Too many messages wait for the broker of this server. Try again later.");
      }
      add(who, bytes);
    } finally {
      lock.unlock();
    }
    return new GiveBack(() -> giveBack(who, bytes));
  }

  private void giveBack(String who, long bytes) {
    lock.lock();
    try {
      add(who, -bytes);
    } finally {
      lock.unlock();
    }
  }

  private void add(String who, long bytes) {
    taken += bytes;
    if (takenBy.merge(who, bytes, Long::sum) == 0) {
      takenBy.remove(who);
    }
  }
}

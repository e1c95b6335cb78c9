package io.millrace.core.http;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Limits how much of what clients send the node holds, for all clients together. If there is no
 * room, what has been arriving for longest must make room: whatever stalls is refused, and whatever
 * arrives quickly gets through. Safe on any thread.
 */
final class Room {

  private final long most;
  private final ReentrantLock lock = new ReentrantLock();

  /** Those that may have to make room, the oldest first. */
  private final Set<Share> arriving = new LinkedHashSet<>();

  private long held;

  /**
   * @param most how many bytes are held
   */
  Room(long most) {
    this.most = most;
  }

  /** Returns how many bytes are held. */
  long held() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds something that arrives.
   *
   * @param makesRoom called on any thread when it no longer counts and must go
   */
  Share enter(Consumer<Share> makesRoom) {
    Share share = new Share(makesRoom);
    lock.lock();
    try {
      arriving.add(share);
    } finally {
      lock.unlock();
    }
    return share;
  }

  /** What one of them holds. */
  final class Share {
    private final Consumer<Share> makesRoom;
    private long counted;

    private Share(Consumer<Share> makesRoom) {
      this.makesRoom = makesRoom;
    }

    /** Counts what it holds, and makes room for it. */
    void count(long bytes) {
      List<Share> oldest = new ArrayList<>(0);
      lock.lock();
      try {
        if (!arriving.contains(this)) {
          return; // It has made room itself.
        }
        held += bytes - counted;
        counted = bytes;
        Iterator<Share> next = arriving.iterator();
        while (held > most && next.hasNext()) {
          Share share = next.next();
          next.remove();
          held -= share.counted;
          share.counted = 0;
          oldest.add(share);
        }
      } finally {
        lock.unlock();
      }
      oldest.forEach(share -> share.makesRoom.accept(share));
    }

    /**
     * Notes that it has arrived; it still counts. Returns whether it was one of those that are
     * arriving.
     */
    boolean stay() {
      lock.lock();
      try {
        return arriving.remove(this);
      } finally {
        lock.unlock();
      }
    }

    /** Notes that it is no longer held. */
    void release() {
      lock.lock();
      try {
        arriving.remove(this);
        held -= counted;
        counted = 0;
      } finally {
        lock.unlock();
      }
    }
  }
}

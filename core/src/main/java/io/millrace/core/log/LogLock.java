package io.millrace.core.log;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The lock of a log. */
final class LogLock extends ReentrantLock {

  private static final long serialVersionUID = 1L;

  <T> T hold(Supplier<T> action) {
    lock();
    try {
      return action.get();
    } finally {
      unlock();
    }
  }

  void hold(Runnable action) {
    lock();
    try {
      action.run();
    } finally {
      unlock();
    }
  }
}

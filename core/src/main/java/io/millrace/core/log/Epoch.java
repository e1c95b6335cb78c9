package io.millrace.core.log;

import io.millrace.Cursor;
import java.security.SecureRandom;

/**
 * The name of a log, so that no cursor of another log is mistaken for its own. It may get its name
 * after entries, but before readers. Safe on any thread.
 */
public final class Epoch {

  private volatile String name;

  Epoch(String name) {
    this.name = name;
  }

  /** Names a log that nobody else numbers. */
  static Epoch random() {
    long number = new SecureRandom().nextLong();
    return new Epoch(Long.toUnsignedString(number, Character.MAX_RADIX));
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Gives the log another name. */
  public void rename(String known) {
    name = known;
  }

  Cursor cursor(long seq) {
    return new Cursor(name, seq);
  }
}

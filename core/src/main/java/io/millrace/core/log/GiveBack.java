package io.millrace.core.log;

import java.util.concurrent.atomic.AtomicBoolean;

/** Gives back what was taken when it is first run, and does nothing later. Safe on any thread. */
public final class GiveBack implements Runnable {

  private final AtomicBoolean given = new AtomicBoolean();
  private final Runnable action;

  /**
   * Nothing has been given back yet.
   *
   * @param action gives it back
   */
  public GiveBack(Runnable action) {
    this.action = action;
  }

  @Override
  public void run() {
    if (given.compareAndSet(false, true)) {
      action.run();
    }
  }
}

package io.millrace.tck;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what must happen: a minute, since machines that build are busy.
 * Awaitility by itself waits for ten seconds. Safe on any thread.
 */
public final class Patience {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private Patience() {}

  /**
   * Begins to wait, as {@link Awaitility#await()} does.
   *
   * @return what waits for a minute, unless it is told otherwise
   */
  public static ConditionFactory await() {
    return Awaitility.await().atMost(MINUTE);
  }

  /**
   * The same, as {@link Awaitility#await(String)} does.
   *
   * @param what names what is waited for, if it does not happen
   * @return what waits for a minute, unless it is told otherwise
   */
  public static ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(MINUTE);
  }
}

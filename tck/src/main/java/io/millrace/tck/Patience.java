package io.millrace.tck;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for something that must happen: a minute, because machines that build are
 * busy. Awaitility by itself waits for ten seconds. Safe on any thread.
 */
public final class Patience {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private Patience() {}

  /**
   * Starts to wait, as {@link Awaitility#await()} does.
   *
   * @return a condition factory that waits for a minute, unless another time is set
   */
  public static ConditionFactory await() {
    return Awaitility.await().atMost(MINUTE);
  }

  /**
   * Starts to wait, as {@link Awaitility#await(String)} does.
   *
   * @param what what is waited for, for the message of a failure
   * @return a condition factory that waits for a minute, unless another time is set
   */
  public static ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(MINUTE);
  }
}

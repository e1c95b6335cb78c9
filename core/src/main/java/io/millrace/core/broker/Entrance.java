package io.millrace.core.broker;

import io.millrace.core.log.Log;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.Start;
import io.millrace.core.log.Survey;
import io.millrace.core.log.Surveys;
import io.vertx.core.Future;
import java.util.List;

/**
 * How subscriptions come into the log: first at the broker, then in the log. Safe on any thread.
 */
public final class Entrance {

  private final BrokerSubscriptions brokerSubscriptions;
  private final Surveys surveys;

  /** Makes an entrance of a node. */
  public Entrance(BrokerSubscriptions brokerSubscriptions, Surveys surveys) {
    this.brokerSubscriptions = brokerSubscriptions;
    this.surveys = surveys;
  }

  /**
   * Registers subscriptions, at the broker and in the log.
   *
   * @return completes when {@link Log#begin} may be called; if it fails, nothing is held
   */
  public Future<Survey> enter(List<ReaderSubscription> subscriptions, Start start) {
    Future<Void> acquired = brokerSubscriptions.acquire(subscriptions, start);
    return acquired.succeeded()
        ? surveys.enter(subscriptions, start)
        : acquired.compose(heard -> surveys.enter(subscriptions, start));
  }
}

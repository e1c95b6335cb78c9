package io.millrace.core.broker;

import io.millrace.core.log.Log;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.Survey;
import io.millrace.core.log.Surveys;
import io.vertx.core.Future;
import java.util.List;

/**
 * How subscriptions come into the log: first at the broker, then in the log. Safe on any thread.
 */
public final class Entrance {

  private final Interests interests;
  private final Surveys surveys;

  /** Makes an entrance of a node. */
  public Entrance(Interests interests, Surveys surveys) {
    this.interests = interests;
    this.surveys = surveys;
  }

  /**
   * Registers interest in subscriptions, at the broker and in the log.
   *
   * @return completes when {@link Log#begin} may be called; if it fails, nothing is held
   */
  public Future<Survey> enter(List<ReaderSubscription> subscriptions, ResumeFrom from) {
    Future<List<Long>> acquired =
        interests.acquire(ReaderSubscription.patterns(subscriptions), from);
    return acquired.succeeded()
        ? surveys.enter(subscriptions, acquired.result(), from)
        : acquired.compose(heardFrom -> surveys.enter(subscriptions, heardFrom, from));
  }
}

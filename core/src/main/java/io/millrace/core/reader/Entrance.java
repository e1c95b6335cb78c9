package io.millrace.core.reader;

import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.Surveys;
import java.util.List;

/**
 * The one way in, for clients and for the application: everybody who wants to read gets a {@link
 * Lease}. Safe on any thread.
 *
 * @param brokerSubscriptions what is subscribed at the broker
 * @param surveys what must be known of the log before reading can begin
 */
public record Entrance(BrokerSubscriptions brokerSubscriptions, Surveys surveys) {

  /**
   * Returns a lease that holds nothing yet.
   *
   * @param shard where its reader will be
   * @param subscriptions what is wanted; none if they come by commands
   * @param from where to begin
   */
  public Lease lease(Shard shard, List<ReaderSubscription> subscriptions, ResumeFrom from) {
    return new Lease(this, shard, subscriptions, from);
  }
}

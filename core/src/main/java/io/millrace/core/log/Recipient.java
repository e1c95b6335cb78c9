package io.millrace.core.log;

import java.util.Optional;

/**
 * Who reads, as far as that decides what is read.
 *
 * @param client the client's id, if it has one: messages may be for everybody but one client
 * @param newestOnly whether it gets only the newest of what its channels report
 */
public record Recipient(Optional<String> client, boolean newestOnly) {

  /** Whoever reads gets everything. */
  public static final Recipient ANYBODY = new Recipient(Optional.empty(), false);

  /** Returns whether an entry is for everybody but this one. */
  boolean isExcepted(LogEntry entry) {
    return client.isPresent() && entry.message().except().equals(client);
  }

  /** Returns whether it gets only the newest of what a channel reports. */
  boolean wantsNewestOf(ChannelLog channel) {
    return newestOnly || channel.keepsNewest();
  }
}

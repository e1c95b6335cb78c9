package io.millrace.core.http;

import io.millrace.Client;
import io.millrace.core.log.Allowance;
import java.util.Optional;

/** What one client takes of shared limits, from its request to its end. Used on its event loop. */
final class ClientShare {

  private final Admission admission;
  private final Allowance room;
  private final Optional<String> address;
  private Optional<String> user = Optional.empty();
  private long held;
  private boolean left;

  /**
   * Makes a share that takes no room yet.
   *
   * @param admission who counts it
   * @param room for all clients together
   * @param address the address for which it counts, if that is limited
   */
  ClientShare(Admission admission, Allowance room, Optional<String> address) {
    this.admission = admission;
    this.room = room;
    this.address = address;
  }

  /**
   * Takes room for as long as the client is there.
   *
   * @throws io.millrace.MillraceException if there is none
   */
  void hold(long bytes) {
    room.take(bytes);
    held += bytes;
  }

  /**
   * Counts for the client's user, too, if it has one. Called at most once with one that has.
   *
   * @throws io.millrace.MillraceException as {@link Admission#count}
   */
  void identify(Client client) {
    if (!left) {
      user = client.user().filter(admission::count);
    }
  }

  /** The client is gone. May be called again. */
  void leave() {
    if (!left) {
      left = true;
      room.add(-held);
      admission.leave(address, user);
    }
  }
}

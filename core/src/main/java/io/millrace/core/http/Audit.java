package io.millrace.core.http;

import io.millrace.Auditor;
import io.millrace.Decision;
import io.millrace.core.broker.RareLog;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Tells the application's auditor what is decided. Its faults affect nobody. */
final class Audit {

  private final Optional<Auditor> auditor;
  private final Requester requester;
  private final RareLog failures = new RareLog(System.getLogger(Audit.class.getName()));

  Audit(Optional<Auditor> auditor, Requester requester) {
    this.auditor = auditor;
    this.requester = requester;
  }

  /** Returns where the client of a request is, if anybody wants to know. */
  Optional<String> address(RoutingContext request) {
    return auditor.isEmpty() ? Optional.empty() : Optional.of(requester.address(request));
  }

  /** Returns the trail of a request. */
  Trail of(RoutingContext request) {
    return auditor.isEmpty() ? Trail.NONE : of(address(request));
  }

  /** Returns the trail of what comes from an address, or of the application. */
  Trail of(Optional<String> address) {
    return auditor.isEmpty() ? Trail.NONE : new Trail(Optional.of(this), address);
  }

  void tell(Decision decision) {
    try {
      auditor.ifPresent(it -> it.decided(decision));
    } catch (Throwable failure) {
      failures.warn("The auditor failed.", failure);
    }
  }
}

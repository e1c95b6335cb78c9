package io.millrace.core.http;

import io.millrace.Auditor;
import io.millrace.Authenticator;
import io.millrace.Authorizer;
import io.millrace.PublishInterceptor;
import io.millrace.ReaderListener;
import java.util.Optional;

/**
 * What the application decides about clients.
 *
 * @param authenticator who they are
 * @param authorizer what they may do
 * @param interceptor what becomes of what they publish
 * @param listener what learns of them
 * @param auditor what learns of decisions about them
 */
public record Deciders(
    Optional<Authenticator> authenticator,
    Optional<Authorizer> authorizer,
    Optional<PublishInterceptor> interceptor,
    Optional<ReaderListener> listener,
    Optional<Auditor> auditor) {

  /** Decides nothing. */
  public static final Deciders NONE =
      new Deciders(Optional.empty(), Optional.empty(), Optional.empty());

  /** Nobody learns anything. */
  public Deciders(
      Optional<Authenticator> authenticator,
      Optional<Authorizer> authorizer,
      Optional<PublishInterceptor> interceptor) {
    this(authenticator, authorizer, interceptor, Optional.empty(), Optional.empty());
  }
}

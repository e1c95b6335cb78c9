package io.millrace.core;

import io.millrace.Millrace;
import io.millrace.MillraceProvider;
import io.vertx.core.Vertx;

/** The implementation that {@link Millrace#builder} finds. */
public final class CoreProvider implements MillraceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public CoreProvider() {}

  @Override
  public Millrace.Builder builder(Vertx vertx) {
    return new NodeBuilder(vertx);
  }
}

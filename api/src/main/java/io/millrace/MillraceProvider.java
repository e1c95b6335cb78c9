package io.millrace;

import io.vertx.core.Vertx;

/** The implementation behind {@link Millrace#builder}; found by {@link java.util.ServiceLoader}. */
public interface MillraceProvider {

  /**
   * Starts to build a node.
   *
   * @param vertx the Vert.x instance that the node runs on
   * @return a builder
   */
  Millrace.Builder builder(Vertx vertx);
}

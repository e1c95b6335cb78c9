package io.millrace.spi;

import io.millrace.Millrace;
import io.vertx.core.Vertx;

/** Found by {@link java.util.ServiceLoader}: the implementation behind {@link Millrace#builder}. */
public interface MillraceProvider {

  /**
   * Begins a node.
   *
   * @param vertx what it runs on
   * @return a builder
   */
  Millrace.Builder builder(Vertx vertx);
}

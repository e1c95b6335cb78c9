package io.millrace;

import io.vertx.core.Vertx;

/**
 * The implementation behind {@link Millrace#builder}, which finds it by {@link
 * java.util.ServiceLoader}. Applications and plug-ins have no use for it.
 */
public interface MillraceProvider {

  /**
   * Starts to build a node.
   *
   * @param vertx the Vert.x instance that the node runs on
   * @return a builder
   */
  Millrace.Builder builder(Vertx vertx);
}

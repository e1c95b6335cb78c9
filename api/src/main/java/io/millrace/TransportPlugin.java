package io.millrace;

/**
 * A transport, as an application hands it to the builder. Whoever writes one implements {@link
 * io.millrace.spi.Transport}.
 */
public interface TransportPlugin {

  /**
   * {@return the name, which is also the path below the mount that forces this transport: {@code
   * [a-z0-9-]+}, unique on a node}
   */
  String name();
}

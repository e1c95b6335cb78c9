package io.millrace;

/**
 * A broker, as an application hands it to the builder. Whoever writes one implements {@link
 * io.millrace.spi.Broker}.
 */
public interface BrokerPlugin {

  /** {@return the name by which an application chooses the broker: {@code [a-z0-9-]+}} */
  String name();
}

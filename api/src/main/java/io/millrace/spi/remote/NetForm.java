package io.millrace.spi.remote;

import io.millrace.spi.options.Form;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The form of {@code net}, whichever class it has. */
final class NetForm {

  private NetForm() {}

  /**
   * Makes the form.
   *
   * @param tls whether TLS is on, for JSON that does not say it
   */
  static <N extends NetClientOptions> Form<N> of(
      BooleanSupplier tls,
      Function<JsonObject, N> reader,
      Function<N, JsonObject> writer,
      UnaryOperator<N> copier) {
    return Form.object(
        json -> reader.apply(withTls(json, tls)), writer, value -> checked(copier.apply(value)));
  }

  private static JsonObject withTls(JsonObject json, BooleanSupplier tls) {
    return json.getValue("ssl") == null ? json.copy().put("ssl", tls.getAsBoolean()) : json;
  }

  /** Vert.x checks the name of the host only if it has an algorithm. */
  private static <N extends NetClientOptions> N checked(N net) {
    if (net.getSslOptions() == null || net.getHostnameVerificationAlgorithm() == null) {
      net.setHostnameVerificationAlgorithm("HTTPS");
    }
    return net;
  }
}

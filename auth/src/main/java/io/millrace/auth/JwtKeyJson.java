package io.millrace.auth;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What keys look like in JSON. An instance reads or writes one of them. */
final class JwtKeyJson {

  static final Form<List<JwtKey>> ALL =
      Form.of(
          "an array of objects",
          json -> ((JsonArray) json).stream().map(each -> new JwtKeyJson().read(each)).toList(),
          keys -> new JsonArray(keys.stream().map(key -> new JwtKeyJson().write(key)).toList()));

  private final OptionGroup group = new OptionGroup("A key");
  private final Option<String> algorithm = group.option("algorithm", Form.TEXT);
  private final Option<String> secret = group.option("secret", Form.TEXT);
  private final Option<String> publicKey = group.option("publicKey", Form.TEXT);
  private final Option<String> id = group.option("id", Form.TEXT);

  private JwtKeyJson() {}

  private JwtKey read(Object each) {
    if (!(each instanceof JsonObject json)) {
      throw new ClassCastException("no object");
    }
    group.read(json);
    if (algorithm.value().isEmpty()
        || secret.value().isPresent() == publicKey.value().isPresent()) {
      throw new IllegalArgumentException(
          "every key needs an algorithm, and either a secret or a publicKey");
    }
    return secret
        .value()
        .map(text -> JwtKey.secret(algorithm.get(), text, id.value()))
        .orElseGet(() -> JwtKey.publicKey(algorithm.get(), publicKey.get(), id.value()));
  }

  private JsonObject write(JwtKey key) {
    algorithm.set(key.algorithm());
    (key.isSecret() ? secret : publicKey).set(key.text());
    key.id().ifPresent(id::set);
    return group.toJson();
  }
}

package io.millrace.benchmarks;

import io.millrace.Millrace;
import io.millrace.auth.JwtAuthenticator;
import io.millrace.auth.JwtOptions;
import java.security.Security;
import org.conscrypt.Conscrypt;

/**
 * Millrace that knows clients by tokens: by a secret, and by the keys that an issuer publishes. It
 * publishes them itself. A client without a token is anonymous.
 */
final class MillraceJwtPeer extends MillracePeer {

  /** The system property with the JWK set that is published. */
  static final String JWKS = "benchmarks.jwks";

  /** The system property that makes Conscrypt verify the signatures, instead of the JDK. */
  static final String CONSCRYPT = "benchmarks.conscrypt";

  /** The secret for HS256. */
  static final String SECRET = "for benchmarks, not for servers of yours";

  @Override
  Millrace.Builder broker(Millrace.Builder builder) {
    if (Boolean.getBoolean(CONSCRYPT)) {
      Security.insertProviderAt(Conscrypt.newProvider(), 1);
    }
    String keys = System.getProperty(JWKS, "{\"keys\":[]}");
    int port =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end(keys))
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    JwtOptions options =
        new JwtOptions().addSecret("HS256", SECRET).setJwks("http://127.0.0.1:" + port + "/");
    return super.broker(builder).authenticator(new JwtAuthenticator(vertx, options));
  }
}

/** Authenticators: who clients are. */
module io.millrace.auth {
  requires io.vertx.auth.jwt;
  requires io.vertx.circuitbreaker;
  requires transitive io.millrace.api;

  exports io.millrace.auth;
}

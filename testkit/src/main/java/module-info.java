/** Networks and proxies that fail on demand, for tests of anything that uses a network. */
module io.millrace.testkit {
  requires static org.jspecify;
  requires transitive io.vertx.core;
  requires transitive org.junit.jupiter.api;
  requires org.opentest4j;

  exports io.millrace.testkit;
}

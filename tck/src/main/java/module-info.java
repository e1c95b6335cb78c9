/** Contract tests that every transport and every broker passes. */
@SuppressWarnings("requires-transitive-automatic") // Awaitility's.
module io.millrace.tck {
  requires com.fasterxml.jackson.core;
  requires io.millrace.core;
  requires java.net.http;
  requires org.assertj.core;
  requires transitive awaitility;
  requires transitive io.millrace.api;
  requires transitive io.millrace.testkit;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;

  // JUnit calls test methods that plug-ins inherit.
  opens io.millrace.tck;

  exports io.millrace.tck;
}

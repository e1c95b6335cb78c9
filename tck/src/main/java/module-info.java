/** Contract tests that every transport and every broker passes. */
module io.millrace.tck {
  requires awaitility;
  requires io.millrace.core;
  requires org.assertj.core;
  requires transitive io.millrace.api;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;

// exports io.millrace.tck;
}

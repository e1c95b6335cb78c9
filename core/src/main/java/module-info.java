/** The engine behind the API. */
module io.millrace.core {
  requires com.fasterxml.jackson.core;
  requires transitive io.millrace.api;
}

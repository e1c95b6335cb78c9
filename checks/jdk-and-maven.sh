# Checks what ./demo, ./verify and the scripts of benchmarks need. They source this file, and define fail.

# Prints a JDK command: that of JAVA_HOME if it is set.
jdk() {
  if [[ -n "${JAVA_HOME:-}" ]]; then
    echo "$JAVA_HOME/bin/$1"
  else
    command -v "$1" || true
  fi
}

require_java() {
  local java version
  java="$(jdk java)"
  [[ -x "$java" ]] || fail "needs Java, version 17 or later: java was not found"
  version="$("$java" -version 2>&1 | grep -oE 'version "[0-9]+' | grep -oE '[0-9]+' || true)"
  [[ "${version:-0}" -ge 17 ]] || fail "needs Java, version 17 or later, not ${version:-this one} ($java)"
}

require_jdk_and_maven() {
  local maven
  require_java
  [[ -x "$(jdk javac)" ]] || fail "needs a JDK, version 17 or later, to build: javac was not found"
  command -v mvn > /dev/null || fail "needs Maven, version 3.8 or later, to build: mvn was not found"
  maven="$(mvn -v 2> /dev/null | grep -oE 'Apache Maven [0-9]+\.[0-9]+' | grep -oE '[0-9]+\.[0-9]+' || true)"
  [[ "${maven%%.*}" -gt 3 || ("${maven%%.*}" -eq 3 && "${maven#*.}" -ge 8) ]] ||
    fail "needs Maven, version 3.8 or later, to build, not ${maven:-this one}"
}

# Sourced by ./demo, ./verify and the scripts of benchmarks, which define fail: what they need of the machine.

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
  [[ -x "$java" ]] || fail "needs Java, version 17 or later: there is no java"
  version="$("$java" -version 2>&1 | grep -oE 'version "[0-9]+' | grep -oE '[0-9]+' || true)"
  [[ "${version:-0}" -ge 17 ]] || fail "needs Java, version 17 or later, not ${version:-this one} ($java)"
}

require_jdk_and_maven() {
  local maven
  require_java
  [[ -x "$(jdk javac)" ]] || fail "needs a JDK, version 17 or later, to build: there is no javac"
  command -v mvn > /dev/null || fail "needs Maven, version 3.8 or later, to build: there is no mvn"
  maven="$(mvn -v 2> /dev/null | grep -oE 'Apache Maven [0-9]+\.[0-9]+' | grep -oE '[0-9]+\.[0-9]+' || true)"
  [[ "${maven%%.*}" -gt 3 || ("${maven%%.*}" -eq 3 && "${maven#*.}" -ge 8) ]] ||
    fail "needs Maven, version 3.8 or later, to build, not ${maven:-this one}"
}

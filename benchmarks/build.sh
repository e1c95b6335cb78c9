# Sourced by the scripts beside it, which set here (the project's folder) and jar (what they run).

fail() {
  echo "benchmarks/${0##*/}: $1" >&2
  exit 1
}

# shellcheck source=checks/jdk-and-maven.sh
source "$here/checks/jdk-and-maven.sh"

# build_if_needed MODULES SOURCES: builds the modules if they are not built yet, or if a source is newer. The sources are
# separated by spaces; globs are the project's.
build_if_needed() {
  local modules="$1" sources="$2"
  # Folders count, too: removing a file makes its folder newer.
  # shellcheck disable=SC2086
  if [[ -f "$jar" && -z "$(cd "$here" && find pom.xml bom api core transport-* $sources \
    \( -name target -o -name node_modules -o -name test \) -prune -o \
    \( -name pom.xml -o -path '*/src' -o -path '*/src/*' \) -newer "$jar" -print -quit)" ]]; then
    return
  fi
  require_jdk_and_maven
  echo "Building…" >&2
  (cd "$here" && mvn -B -q -Dstyle.color=never -Dmaven.test.skip=true package -pl "$modules" -am) >&2 ||
    fail "the build failed"
}

package io.millrace.benchmarks.chaos;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** Faults that are not counted: in words, each once. Safe on any thread. */
final class Faults {

  private final Set<String> words = new ConcurrentSkipListSet<>();

  void add(String what) {
    words.add(what);
  }

  Set<String> words() {
    return words;
  }
}

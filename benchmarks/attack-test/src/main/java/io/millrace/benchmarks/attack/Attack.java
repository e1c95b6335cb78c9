package io.millrace.benchmarks.attack;

/** Something that a stranger tries: a row of the report. */
interface Attack {

  /** Returns the name. */
  String name();

  /** Returns what is tried, in one line. */
  String tries();

  /** Returns how the server differs from the README's. */
  default Setup setup() {
    return Setup.README;
  }

  /**
   * Tries it until there is no time left. Blocks. Connections that it leaves open stay open until
   * the server's memory has been measured.
   */
  void run(Attacker attacker) throws InterruptedException;
}

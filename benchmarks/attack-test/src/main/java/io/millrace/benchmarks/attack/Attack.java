package io.millrace.benchmarks.attack;

/** Something a stranger tries: a row of the report. */
interface Attack {

  /** Returns its name. */
  String name();

  /** Returns what is tried, in one line. */
  String tries();

  /** Returns how the server differs from the README's. */
  default Setup setup() {
    return Setup.README;
  }

  /**
   * Tries it until there is no time left. Blocks. What it leaves open stays so until the server's
   * memory has been measured.
   */
  void run(Attacker attacker) throws InterruptedException;
}

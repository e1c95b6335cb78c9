package io.millrace.benchmarks.attack;

/** No attack: shows what honest clients get when nobody disturbs them. */
final class None implements Attack {

  static final String NAME = "none";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String tries() {
    return "nothing; for comparison";
  }

  @Override
  public void run(Attacker attacker) {
    attacker.await(() -> false);
  }
}

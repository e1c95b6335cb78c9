package io.millrace.benchmarks.attack;

import java.util.Optional;

/** Makes requests that the authorizer never decides, and leaves. */
final class AbandonedRequests implements Attack {

  /** Enough for the honest clients. */
  private static final int MOST_READERS = 100;

  @Override
  public String name() {
    return "authorizer-abandoned";
  }

  @Override
  public String tries() {
    return "requests that the authorizer never answers, abandoned one after another; maxReaders is 100";
  }

  @Override
  public Setup setup() {
    return Setup.README.withAuthorizer().withMaxReaders(MOST_READERS);
  }

  @Override
  public void run(Attacker attacker) {
    int number = 0;
    while (attacker.goesOn()) {
      Optional<Line> line = attacker.open(HttpAnswers::new);
      String target = Requests.MOUNT + "/sse?channels=" + FaultyAuthorizer.SILENT + "." + number++;
      line.ifPresent(
          open -> {
            attacker.send(open, Requests.request("GET", target));
            for (int i = 0; i < 20; i++) {
              attacker.rest();
            }
            open.close();
          });
    }
  }
}

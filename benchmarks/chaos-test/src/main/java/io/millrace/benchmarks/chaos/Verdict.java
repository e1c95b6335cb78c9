package io.millrace.benchmarks.chaos;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The result.
 *
 * @param summary what was done
 * @param faults everything that went wrong, in words
 * @param lost acknowledged messages that a client was not sent, over all clients
 * @param doubled messages that a client was sent more than once
 * @param disordered messages that a client was sent after later ones, or at another place than
 *     other clients
 * @param gaps gap notices that clients received
 */
record Verdict(
    String summary, Set<String> faults, int lost, int doubled, int disordered, int gaps) {

  private static final int SHOWN = 50;

  boolean isGood() {
    return faults.isEmpty() && lost + doubled + disordered + gaps == 0;
  }

  /** What to print; the last line has the counts. */
  List<String> lines() {
    Stream<String> more =
        faults.size() > SHOWN ? Stream.of((faults.size() - SHOWN) + " more") : Stream.empty();
    return Stream.of(
            faults.stream().limit(SHOWN),
            more,
            Stream.of(
                summary,
                "lost %d doubled %d disordered %d gaps %d"
                    .formatted(lost, doubled, disordered, gaps)))
        .flatMap(lines -> lines)
        .toList();
  }
}

package io.millrace.core.testing;

import java.util.ArrayList;
import java.util.List;

/** Texts with equal hash codes, as an attacker chooses them. */
public final class EqualHashes {

  private EqualHashes() {}

  /** Returns 2 to the power of a number of texts, each with twice that number of letters. */
  public static List<String> strings(int pairs) {
    List<String> strings = List.of("");
    for (int i = 0; i < pairs; i++) {
      List<String> longer = new ArrayList<>();
      for (String string : strings) {
        longer.add(string + "Aa");
        longer.add(string + "BB");
      }
      strings = longer;
    }
    return strings;
  }
}

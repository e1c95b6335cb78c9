package io.millrace.checks;

import static java.util.stream.Collectors.toCollection;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The committed list of what is known against the libraries that applications get with Millrace.
 * Families of libraries that are released together share an entry: who looked, when and where, and
 * the advisories found.
 */
final class Advisories {

  /** An advisory. {@code unaffected} says why it does not apply, and is empty if it does. */
  private record Advisory(
      String id, Set<String> libraries, String affected, String about, String unaffected) {}

  private final Set<String> reviewed = new LinkedHashSet<>();
  private final List<Advisory> advisories = new ArrayList<>();

  /** Reads the list. */
  Advisories(JsonArray families) {
    for (JsonObject family : objects(families)) {
      Set<String> libraries = strings(family.getJsonArray("libraries"));
      LocalDate.parse(family.getString("reviewed"));
      require(!strings(family.getJsonArray("sources")).isEmpty(), "A source", libraries);
      for (String library : libraries) {
        require(reviewed.add(library), "One entry, not two,", library);
      }
      for (JsonObject advisory : objects(family.getJsonArray("advisories"))) {
        advisories.add(advisory(advisory, libraries));
      }
    }
  }

  private static Advisory advisory(JsonObject advisory, Set<String> family) {
    String id = advisory.getString("id");
    Set<String> libraries =
        advisory.containsKey("libraries") ? strings(advisory.getJsonArray("libraries")) : family;
    require(family.containsAll(libraries), "Libraries of the same entry", id);
    String unaffected = advisory.getString("unaffected", "");
    require(!advisory.containsKey("unaffected") || unaffected.length() > 20, "A reason", id);
    return new Advisory(
        id, libraries, required(advisory, "affected"), required(advisory, "about"), unaffected);
  }

  /**
   * Compares the list with what is used.
   *
   * @param used the versions by the libraries, {@code group:artifact}
   * @return what is wrong, a sentence each, with what to do
   */
  List<String> problems(Map<String, String> used) {
    List<String> problems = new ArrayList<>();
    used.forEach(
        (library, version) -> {
          if (!reviewed.contains(library)) {
            problems.add(
                library
                    + " "
                    + version
                    + " is in no entry: look up what is known against it, and add it.");
          }
        });
    for (String library : reviewed) {
      if (!used.containsKey(library)) {
        problems.add(library + " is not used any more: take it out of its entry.");
      }
    }
    advisories.forEach(advisory -> check(advisory, used, problems));
    return problems;
  }

  private static void check(Advisory advisory, Map<String, String> used, List<String> problems) {
    List<String> affected =
        advisory.libraries.stream()
            .filter(used::containsKey)
            .map(library -> library + " " + used.get(library))
            .filter(library -> isIn(library, advisory.affected))
            .toList();
    if (!affected.isEmpty() && advisory.unaffected.isEmpty()) {
      problems.add(
          "%s (%s) affects %s. Use none of %s, or say why it does not apply."
              .formatted(
                  advisory.id, advisory.about, String.join(", ", affected), advisory.affected));
    }
    if (affected.isEmpty() && !advisory.unaffected.isEmpty()) {
      problems.add(advisory.id + " affects nothing that is used: its reason is to go.");
    }
  }

  private static boolean isIn(String library, String affected) {
    return Version.of(library.substring(library.indexOf(' ') + 1)).isIn(affected);
  }

  private static String required(JsonObject advisory, String name) {
    String value = advisory.getString(name);
    require(value != null && !value.isBlank(), "\"" + name + "\"", advisory.getString("id"));
    return value;
  }

  private static void require(boolean holds, String what, Object where) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is needed for " + where);
    }
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private static Set<String> strings(JsonArray array) {
    Collection<String> strings = array.stream().map(String.class::cast).toList();
    return strings.stream().collect(toCollection(LinkedHashSet::new));
  }
}

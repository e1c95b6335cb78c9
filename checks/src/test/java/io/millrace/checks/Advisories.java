package io.millrace.checks;

import static java.util.stream.Collectors.toCollection;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;

/**
 * The committed list of what is known against the libraries that applications get with Millrace.
 * Families of libraries that are released together share an entry: who looked, when and where, and
 * the advisories found. Versions and ranges of them are compared as Maven does.
 */
final class Advisories {

  /** An advisory. {@code unaffected} says why it does not apply, and is empty if it does. */
  private record Advisory(
      String id, Set<String> libraries, Affected affected, String about, String unaffected) {}

  /** The versions in which a hole is, as they are written and as they are meant. */
  private record Affected(String text, VersionRange ranges) {

    static Affected of(String id, String text) {
      try {
        VersionRange ranges = VersionRange.createFromVersionSpec(text);
        require(ranges.hasRestrictions(), "\"affected\" with ranges as [1.0,1.2),(,0.9]", id);
        return new Affected(text, ranges);
      } catch (InvalidVersionSpecificationException e) {
        throw new IllegalArgumentException("\"affected\" of " + id + ": " + e.getMessage(), e);
      }
    }

    boolean contains(String version) {
      return ranges.containsVersion(new DefaultArtifactVersion(version));
    }
  }

  /** When somebody last looked, by library. */
  private final Map<String, LocalDate> reviewed = new LinkedHashMap<>();

  private final List<Advisory> advisories = new ArrayList<>();

  /** Reads the list. */
  Advisories(JsonArray families) {
    for (JsonObject family : objects(families)) {
      Set<String> libraries = strings(family.getJsonArray("libraries"));
      LocalDate date = LocalDate.parse(family.getString("reviewed"));
      require(!strings(family.getJsonArray("sources")).isEmpty(), "A source", libraries);
      for (String library : libraries) {
        require(reviewed.put(library, date) == null, "One entry, not two,", library);
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
        id,
        libraries,
        Affected.of(id, required(advisory, "affected")),
        required(advisory, "about"),
        unaffected);
  }

  /**
   * Compares the list with what is used.
   *
   * @param used the versions by the libraries, {@code group:artifact}
   * @return what is wrong, a sentence each, with what to do
   */
  List<String> problems(Map<String, Set<String>> used) {
    List<String> problems = new ArrayList<>();
    used.forEach((library, versions) -> check(library, versions, problems));
    for (String library : reviewed.keySet()) {
      if (!used.containsKey(library)) {
        problems.add(library + " is not used any more: take it out of its entry.");
      }
    }
    advisories.forEach(advisory -> check(advisory, used, problems));
    return problems;
  }

  private void check(String library, Set<String> versions, List<String> problems) {
    for (String version : versions) {
      if (!reviewed.containsKey(library)) {
        problems.add(
            "%s %s is in no entry: look up what is known against it, and add it."
                .formatted(library, version));
      }
      if (!version.matches("\\d.*")) {
        problems.add(
            "%s %s is no number: no range tells whether it is affected. Use one that is."
                .formatted(library, version));
      }
    }
  }

  private static void check(
      Advisory advisory, Map<String, Set<String>> used, List<String> problems) {
    List<String> affected =
        advisory.libraries.stream()
            .flatMap(
                library ->
                    used.getOrDefault(library, Set.of()).stream()
                        .filter(advisory.affected::contains)
                        .map(version -> library + " " + version))
            .toList();
    if (!affected.isEmpty() && advisory.unaffected.isEmpty()) {
      problems.add(
          "%s (%s) affects %s. Use none of %s, or say why it does not apply."
              .formatted(
                  advisory.id,
                  advisory.about,
                  String.join(", ", affected),
                  advisory.affected.text));
    }
    if (affected.isEmpty() && !advisory.unaffected.isEmpty()) {
      problems.add(advisory.id + " affects nothing that is used: its reason is to go.");
    }
  }

  /** Returns the groups of the libraries at which nobody has looked since a day. */
  Collection<String> toLookAt(LocalDate since) {
    return reviewed.entrySet().stream()
        .filter(library -> library.getValue().isBefore(since))
        .map(library -> library.getKey().replaceFirst(":.*", ""))
        .collect(toCollection(LinkedHashSet::new));
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

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
 * The committed list of known advisories against the libraries that applications get with Millrace.
 * Libraries that are released together share an entry: when somebody looked, where, and which
 * advisories were found. Versions and ranges are compared as Maven compares them.
 */
final class Advisories {

  /** An advisory. {@code unaffected} says why it does not apply, and is empty if it does. */
  private record Advisory(
      String id, Set<String> libraries, Affected affected, String about, String unaffected) {}

  /** The versions that have a vulnerability, as text and as parsed ranges. */
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

  /** When somebody last looked for advisories, by library. */
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
   * Compares the list with the libraries that are used.
   *
   * @param used the versions by library, {@code group:artifact}
   * @return the problems, one sentence each, with what to do
   */
  List<String> problems(Map<String, Set<String>> used) {
    List<String> problems = new ArrayList<>();
    used.forEach((library, versions) -> check(library, versions, problems));
    for (String library : reviewed.keySet()) {
      if (!used.containsKey(library)) {
        problems.add(library + " is no longer used: remove it from its entry.");
      }
    }
    advisories.forEach(advisory -> check(advisory, used, problems));
    return problems;
  }

  private void check(String library, Set<String> versions, List<String> problems) {
    for (String version : versions) {
      if (!reviewed.containsKey(library)) {
        problems.add(
            "%s %s is in no entry: look up its advisories, and add it."
                .formatted(library, version));
      }
      if (!version.matches("\\d.*")) {
        problems.add(
            "%s %s is not a number, so no range says whether it is affected. Use a version that is one."
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
      problems.add(advisory.id + " affects nothing that is used: remove its reason.");
    }
  }

  /** Returns the groups of the libraries for which nobody has looked since a day. */
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
      throw new IllegalArgumentException(what + " is required for " + where);
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

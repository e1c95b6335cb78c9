package io.millrace.checks;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A software bill of materials in the JSON of CycloneDX. */
final class Sbom {

  private final Map<String, JsonObject> components = new TreeMap<>();
  private final Map<String, JsonArray> dependencies = new TreeMap<>();

  Sbom(JsonObject bom) {
    objects(bom, "components")
        .forEach(component -> components.put(component.getString("bom-ref"), component));
    objects(bom, "dependencies")
        .forEach(
            node ->
                dependencies.put(
                    node.getString("ref"), node.getJsonArray("dependsOn", new JsonArray())));
  }

  private static Stream<JsonObject> objects(JsonObject bom, String name) {
    return bom.getJsonArray(name).stream().map(JsonObject.class::cast);
  }

  /**
   * What some components bring with them.
   *
   * @param roots components, {@code group:artifact}
   * @return versions by {@code group:artifact}, without the roots
   * @throws IllegalArgumentException if one of them is not there
   */
  Map<String, String> broughtBy(Collection<String> roots) {
    Map<String, String> found = new TreeMap<>();
    Set<String> missing = new HashSet<>(roots);
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    components.forEach(
        (reference, component) -> {
          if (missing.remove(name(component))) {
            open.add(reference);
          }
        });
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("The bill of materials is without " + missing);
    }
    while (!open.isEmpty()) {
      String reference = open.remove();
      if (seen.add(reference)) {
        JsonObject component = components.get(reference);
        found.put(name(component), component.getString("version"));
        dependencies
            .getOrDefault(reference, new JsonArray())
            .forEach(next -> open.add((String) next));
      }
    }
    found.keySet().removeAll(roots);
    return found;
  }

  private static String name(JsonObject component) {
    return component.getString("group") + ":" + component.getString("name");
  }
}

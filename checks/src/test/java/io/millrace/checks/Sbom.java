package io.millrace.checks;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A software bill of materials in the JSON of CycloneDX. */
final class Sbom {

  private final Map<String, Set<String>> libraries = new TreeMap<>();

  Sbom(JsonObject bom) {
    for (Object each : bom.getJsonArray("components", new JsonArray())) {
      JsonObject component = (JsonObject) each;
      libraries
          .computeIfAbsent(
              component.getString("group") + ":" + component.getString("name"),
              first -> new TreeSet<>())
          .add(component.getString("version"));
    }
  }

  /**
   * Returns the versions by library, {@code group:artifact}. A library with several jars may have
   * several.
   */
  Map<String, Set<String>> libraries() {
    return libraries;
  }
}

package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What applications get with Millrace has no hole that is known and applies, by {@code
 * advisories.json}. Nothing is looked up: the list is committed.
 */
class AdvisoriesIT {

  private static final Pattern PUBLISHED =
      Pattern.compile("<artifactId>(millrace-(?!bom)[a-z-]+)</artifactId>");

  /** The modules in our BOM. */
  private static List<String> published() throws IOException {
    return PUBLISHED
        .matcher(Files.readString(Path.of("../bom/pom.xml")))
        .results()
        .map((MatchResult module) -> "io.millrace:" + module.group(1))
        .toList();
  }

  @Test
  void noLibraryOfAPublishedModuleHasAKnownHoleThatApplies() throws IOException {
    List<String> modules = published();
    assertThat(modules).contains("io.millrace:millrace-core", "io.millrace:millrace-tck");
    Map<String, String> used =
        new Sbom(new JsonObject(Files.readString(Path.of("target/sbom.json")))).broughtBy(modules);
    assertThat(used).containsKeys("io.vertx:vertx-core", "io.netty:netty-codec-http");
    Advisories advisories =
        new Advisories(new JsonArray(Files.readString(Path.of("advisories.json"))));
    assertThat(advisories.problems(used)).as("advisories.json of the checks").isEmpty();
  }
}

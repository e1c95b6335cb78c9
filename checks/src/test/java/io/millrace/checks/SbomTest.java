package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SbomTest {

  private static JsonObject component(String name) {
    return new JsonObject()
        .put("group", "g")
        .put("name", name)
        .put("version", "1")
        .put("bom-ref", "ref-" + name);
  }

  private static JsonObject depends(String name, String... on) {
    JsonArray references = new JsonArray();
    for (String other : on) {
      references.add("ref-" + other);
    }
    return new JsonObject().put("ref", "ref-" + name).put("dependsOn", references);
  }

  private final Sbom sbom =
      new Sbom(
          new JsonObject()
              .put(
                  "components",
                  new JsonArray()
                      .add(component("ours"))
                      .add(component("also-ours"))
                      .add(component("near"))
                      .add(component("far"))
                      .add(component("for-tests")))
              .put(
                  "dependencies",
                  new JsonArray()
                      .add(depends("root", "ours", "also-ours", "for-tests"))
                      .add(depends("ours", "near"))
                      .add(depends("also-ours", "ours"))
                      .add(depends("near", "far"))
                      .add(depends("far", "near"))
                      .add(depends("for-tests"))));

  @Test
  void itFollowsWhatPublishedModulesBringAndNothingElse() {
    assertThat(sbom.broughtBy(List.of("g:ours", "g:also-ours")))
        .isEqualTo(Map.of("g:near", "1", "g:far", "1"));
  }

  @Test
  void aModuleThatIsNotThereIsNotPassedOver() {
    assertThatThrownBy(() -> sbom.broughtBy(List.of("g:ours", "g:new")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("g:new");
  }
}

package io.millrace.checks;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.Needed;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests, by {@code advisories.json}, that no library that applications get with Millrace has a
 * known vulnerability that applies. Nothing is looked up online: the list is committed.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class AdvisoriesIT {

  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final String GROUP = "io.millrace";
  private static final String BOM = "millrace-bom";

  /** Not a snapshot: Maven would look for a newer one in each repository that a library names. */
  private static final String RELEASED = "0-checked";

  /** The bill of materials of all modules together, for people to read. */
  private static final Path TO_LOOK_AT = Path.of("target/sbom.json");

  /** After this time, somebody must look again. */
  private static final Period GOOD_FOR = Period.ofDays(90);

  @TempDir private Path repository;
  @TempDir private Path folder;

  private static Advisories advisories() throws IOException {
    return new Advisories(new JsonArray(Files.readString(Path.of("advisories.json"))));
  }

  /** The modules in our BOM. */
  private static List<String> published() throws IOException {
    return new Pom(PROJECT.resolve("bom")).dependencies(GROUP);
  }

  @Test
  void noLibraryOfAPublishedModuleHasAKnownHoleThatApplies() throws Exception {
    LocalRepository.in(repository, Path.of(System.getProperty("maven.repo")), PROJECT, RELEASED);
    Map<String, Set<String>> used =
        new Applications(folder, repository, GROUP, RELEASED).libraries(BOM, published());
    LocalRepository.unlink(repository);
    Files.copy(folder.resolve("all/target/sbom.json"), TO_LOOK_AT, REPLACE_EXISTING);
    assertThat(used).containsKeys("io.vertx:vertx-core", "io.netty:netty-codec-http");
    assertThat(advisories().problems(used)).as("advisories.json of the checks").isEmpty();
  }

  @Test
  void whatIsPublishedIsInTheBomAndNothingElse() throws IOException {
    List<String> deployed = new ArrayList<>();
    for (String module : new Pom(PROJECT).modules()) {
      Pom pom = new Pom(PROJECT.resolve(module));
      if (pom.isDeployed()) {
        deployed.add(pom.artifact());
      }
    }
    assertThat(deployed).contains(BOM).hasSizeGreaterThan(5);
    deployed.remove(BOM);
    assertThat(published()).containsExactlyInAnyOrderElementsOf(deployed);
  }

  @Test
  void somebodyLooksAgainInTime() throws IOException {
    Collection<String> groups =
        advisories().toLookAt(LocalDate.now(ZoneOffset.UTC).minus(GOOD_FOR));
    Needed.of(
            "a look at what is known against " + String.join(", ", groups),
            "SECURITY.md says where",
            groups::isEmpty)
        .orSkip();
  }
}

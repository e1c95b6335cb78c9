package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests bills of materials of applications with libraries of every kind. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ApplicationsIT {

  private static final String GROUP = "io.millrace.example";

  @TempDir private Path repository;
  @TempDir private Path folder;

  @BeforeEach
  void useTheLibrariesOfThisMachine() throws IOException {
    LocalRepository.in(
        repository,
        Path.of(System.getProperty("maven.repo")),
        Path.of("..").toAbsolutePath().normalize());
  }

  @AfterEach
  void leaveThem() throws IOException {
    LocalRepository.unlink(repository);
  }

  private static String dependency(String artifact, String version, String further) {
    return """
    <dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>%s</dependency>
    """
        .formatted(GROUP, artifact, version, further);
  }

  private void library(String artifact, String version, String... dependencies) throws IOException {
    String all = String.join("", dependencies);
    install(artifact, version, "jar", "<dependencies>" + all + "</dependencies>");
  }

  private void install(String artifact, String version, String packaging, String content)
      throws IOException {
    Path target =
        Files.createDirectories(
            repository.resolve(GROUP.replace('.', '/')).resolve(artifact).resolve(version));
    String name = artifact + "-" + version;
    Files.writeString(
        target.resolve(name + ".pom"),
        """
        <project><modelVersion>4.0.0</modelVersion>
        <groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version><packaging>%s</packaging>
        %s
        </project>
        """
            .formatted(GROUP, artifact, version, packaging, content));
    if (packaging.equals("jar")) {
      new JarOutputStream(Files.newOutputStream(target.resolve(name + ".jar")), new Manifest())
          .close();
    }
  }

  private Map<String, Set<String>> libraries(String... modules)
      throws IOException, InterruptedException {
    return new Applications(folder, repository, GROUP, "1").libraries("bom", List.of(modules));
  }

  @Test
  void itHasWhatMavenWouldBringAndNothingElse() throws Exception {
    String managed = dependency("far", "2", "");
    String modules = dependency("module", "1", "") + dependency("other", "1", "");
    install(
        "bom",
        "1",
        "pom",
        "<dependencyManagement><dependencies>%s</dependencies></dependencyManagement>"
            .formatted(managed + modules));
    library(
        "module",
        "1",
        dependency("near", "1", ""),
        dependency("old-name", "1", ""),
        dependency("in-both", "1", ""),
        dependency("at-run-time", "1", "<scope>runtime</scope>"),
        dependency("optional", "1", "<optional>true</optional>"),
        dependency("of-tests", "1", "<scope>test</scope>"),
        dependency("provided", "1", "<scope>provided</scope>"));
    library("other", "1", dependency("in-both", "2", ""), dependency("module", "1", ""));
    library("near", "1", dependency("far", "1", ""));
    install(
        "old-name",
        "1",
        "jar",
        "<distributionManagement><relocation><artifactId>new-name</artifactId></relocation>"
            + "</distributionManagement>");
    for (String name : List.of("new-name", "in-both", "at-run-time", "optional")) {
      library(name, "1");
    }
    library("in-both", "2");
    library("far", "2");

    assertThat(libraries("module", "other"))
        .isEqualTo(
            Map.of(
                GROUP + ":near", Set.of("1"),
                GROUP + ":far", Set.of("2"),
                GROUP + ":new-name", Set.of("1"),
                GROUP + ":in-both", Set.of("1", "2"),
                GROUP + ":at-run-time", Set.of("1")));
  }

  /** As if the library had never been downloaded, and without a network. */
  @Test
  void aLibraryThatCannotBeReadIsNotTakenForOneThatBringsNothing() throws Exception {
    install(
        "bom",
        "1",
        "pom",
        "<dependencyManagement><dependencies>%s</dependencies></dependencyManagement>"
            .formatted(dependency("module", "1", "")));
    library("module", "1", dependency("lost", "1", ""));

    assertThatThrownBy(() -> libraries("module"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.millrace.example:lost:jar:1")
        .hasMessageContaining("build once with a network");
  }
}

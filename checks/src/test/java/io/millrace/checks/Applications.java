package io.millrace.checks;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Applications that import a BOM and depend on its modules, one on each and one on all, and nothing
 * else. CycloneDX makes a bill of materials for each.
 *
 * <p>Its goals require that Maven is online ({@code requiresOnline}), and a build with {@code -o}
 * skips them with only a warning. So Maven is started for them without {@code -o}: what they read
 * is in the local repository, and nothing else is looked up.
 */
final class Applications {

  private static final String GOAL = "org.cyclonedx:cyclonedx-maven-plugin:%s:makeBom";
  private static final String ALL = "all";

  /** Warnings, except those of the validator about keywords of its own schema. */
  private static final Predicate<String> MATTERS =
      Pattern.compile("\\[WARNING] (?!Unknown keyword )").asPredicate();

  private final Path folder;
  private final Path repository;
  private final String group;
  private final String version;

  /**
   * Makes an object without applications.
   *
   * @param folder an empty folder for the applications
   * @param repository the local repository that has the modules
   * @param group the group of the BOM and its modules
   * @param version the version of the BOM
   */
  Applications(Path folder, Path repository, String group, String version) {
    this.folder = folder;
    this.repository = repository;
    this.group = group;
    this.version = version;
  }

  /**
   * Returns the libraries that the applications get.
   *
   * @param bom the BOM's artifact
   * @param modules artifacts
   * @return versions by {@code group:artifact}, without the modules
   */
  Map<String, Set<String>> libraries(String bom, List<String> modules)
      throws IOException, InterruptedException {
    Map<String, List<String>> applications = new LinkedHashMap<>();
    modules.forEach(module -> applications.put(module, List.of(module)));
    applications.put(ALL, modules);
    for (Map.Entry<String, List<String>> application : applications.entrySet()) {
      write(application.getKey(), dependencies(bom, application.getValue()));
    }
    write(
        "",
        element(
            "modules",
            applications.keySet().stream()
                .map(name -> element("module", name))
                .collect(Collectors.joining())));
    makeBills();
    Map<String, Set<String>> libraries = new TreeMap<>();
    for (Map.Entry<String, List<String>> application : applications.entrySet()) {
      read(application.getKey(), application.getValue())
          .forEach(
              (library, versions) ->
                  libraries.computeIfAbsent(library, first -> new TreeSet<>()).addAll(versions));
    }
    modules.forEach(module -> libraries.remove(group + ":" + module));
    return libraries;
  }

  /**
   * If Maven cannot read a library, it logs a warning, and the bill lacks what that library brings.
   */
  private void makeBills() throws IOException, InterruptedException {
    String said =
        new MavenRun(folder, repository)
            .run(
                GOAL.formatted(System.getProperty("cyclonedx.version")),
                "-DoutputFormat=json",
                "-DoutputName=sbom",
                "-Dcyclonedx.skip=false",
                "-Dcyclonedx.skipAttach=true",
                "-Dcyclonedx.skipNotDeployed=false");
    List<String> warnings = said.lines().filter(MATTERS).toList();
    if (!warnings.isEmpty()) {
      throw new AssertionError(
          "Not every library that applications get could be read. If one was never downloaded, build once with"
              + " a network:\n"
              + String.join("\n", warnings));
    }
  }

  private Map<String, Set<String>> read(String name, List<String> modules) throws IOException {
    Path file = folder.resolve(name).resolve("target").resolve("sbom.json");
    Map<String, Set<String>> libraries =
        new Sbom(new JsonObject(Files.readString(file))).libraries();
    for (String module : modules) {
      if (!libraries.containsKey(group + ":" + module)) {
        throw new AssertionError("The bill of materials of " + name + " lacks " + module);
      }
    }
    return libraries;
  }

  private void write(String name, String content) throws IOException {
    String head =
        element("modelVersion", "4.0.0")
            + element("groupId", "com.example")
            + element("artifactId", name.isEmpty() ? "applications" : "with-" + name)
            + element("version", "1")
            + element("packaging", "pom");
    Files.writeString(
        Files.createDirectories(folder.resolve(name)).resolve("pom.xml"),
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n"
            + head
            + content
            + "</project>\n");
  }

  private String dependencies(String bom, List<String> modules) {
    String imported =
        element("version", version) + element("type", "pom") + element("scope", "import");
    return element("dependencyManagement", element("dependencies", dependency(bom, imported)))
        + element(
            "dependencies",
            modules.stream().map(module -> dependency(module, "")).collect(Collectors.joining()));
  }

  private String dependency(String artifact, String further) {
    return element(
        "dependency", element("groupId", group) + element("artifactId", artifact) + further);
  }

  private static String element(String name, String content) {
    return "<%1$s>%2$s</%1$s>\n".formatted(name, content);
  }
}

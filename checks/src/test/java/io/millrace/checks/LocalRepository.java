package io.millrace.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A local repository of Maven with everything that the user's has, and with the modules of this
 * build as {@code mvn install} would install them. The user's own is not changed.
 */
final class LocalRepository {

  private static final Path GROUP = Path.of("io", "millrace");

  private LocalRepository() {}

  /** Makes one in an empty folder. */
  static void in(Path folder, Path users, Path project) throws IOException {
    in(folder, users, project, new Pom(project).version());
  }

  /** Makes one in an empty folder, where the modules have another version. */
  static void in(Path folder, Path users, Path project, String version) throws IOException {
    link(users, folder, Path.of(""), GROUP);
    install(project, folder, version);
  }

  /** Links all entries except the one that the path leads to, which becomes a real folder. */
  private static void link(Path from, Path to, Path parent, Path path) throws IOException {
    Files.createDirectories(to.resolve(parent));
    Path own = parent.resolve(path.getName(0));
    if (Files.isDirectory(from.resolve(parent))) {
      try (Stream<Path> entries = Files.list(from.resolve(parent))) {
        for (Path entry : entries.toList()) {
          Path relative = from.relativize(entry);
          if (!relative.equals(own)) {
            Files.createSymbolicLink(to.resolve(relative), entry.toAbsolutePath());
          }
        }
      }
    }
    if (path.getNameCount() > 1) {
      link(from, to, own, path.subpath(1, path.getNameCount()));
    }
  }

  /** Removes the links. JUnit would remove them one by one, each with a warning. */
  static void unlink(Path repository) throws IOException {
    List<Path> links;
    try (Stream<Path> files = Files.walk(repository)) {
      links = files.filter(Files::isSymbolicLink).toList();
    }
    for (Path link : links) {
      Files.delete(link);
    }
  }

  private static void install(Path module, Path repository, String version) throws IOException {
    Pom pom = new Pom(module);
    Path folder =
        Files.createDirectories(repository.resolve(GROUP).resolve(pom.artifact()).resolve(version));
    String name = pom.artifact() + "-" + version;
    Files.writeString(
        folder.resolve(name + ".pom"),
        Files.readString(module.resolve("pom.xml"))
            .replace(">" + pom.version() + "<", ">" + version + "<"));
    Path jar = module.resolve("target").resolve(pom.artifact() + "-" + pom.version() + ".jar");
    if (Files.exists(jar)) {
      Files.copy(jar, folder.resolve(name + ".jar"), StandardCopyOption.REPLACE_EXISTING);
    }
    for (String further : pom.modules()) {
      install(module.resolve(further), repository, version);
    }
  }
}

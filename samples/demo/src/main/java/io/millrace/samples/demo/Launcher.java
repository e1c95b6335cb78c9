package io.millrace.samples.demo;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts the demo if every file in the {@code Class-Path} of its jar exists; otherwise says what to
 * do. It uses only the JDK, which always exists.
 */
public final class Launcher {

  private Launcher() {}

  /**
   * Starts the demo.
   *
   * @param arguments see {@code --help}
   * @throws Exception if the jar cannot be read
   */
  public static void main(String[] arguments) throws Exception {
    Optional<Path> missing = missing();
    if (missing.isPresent()) {
      System.err.println(
          "demo: demo.jar needs the folder lib beside it, and there is no "
              + missing.get()
              + "; start ./demo in the project, which builds both, or copy lib along.");
      System.exit(1);
    }
    Demo.main(arguments);
  }

  /** Returns the first file that the jar needs and that does not exist. */
  private static Optional<Path> missing() throws IOException, URISyntaxException {
    Path jar = Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(jar)) {
      return Optional.empty(); // Started from its classes, with a class path that is given.
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      @Nullable String needed =
          file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return Stream.of(needed == null ? new String[0] : needed.split(" ", -1))
          .map(jar::resolveSibling)
          .filter(path -> !Files.exists(path))
          .findFirst();
    }
  }
}

package io.millrace.samples.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as packaged by this build, without its folder. */
class LauncherIT {

  @TempDir private Path folder;

  @Test
  void aJarWithoutItsFolderSaysWhatItNeedsInOneLine() throws Exception {
    Path jar = Files.copy(Path.of("target/rabbitmq.jar"), folder.resolve("rabbitmq.jar"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-jar", jar.toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isNotZero();
    assertThat(said.lines()).hasSize(1);
    assertThat(said).startsWith("order board: ").contains("lib").contains("./demo rabbitmq");
  }
}

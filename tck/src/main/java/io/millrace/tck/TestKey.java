package io.millrace.tck;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keys for tests of TLS. */
public final class TestKey {

  private static final String PASSWORD = "secret-of-tests";

  private TestKey() {}

  /**
   * Makes a key with a self-signed certificate, by the JDK's {@code keytool}. The certificate is
   * for the name {@code localhost} and for no IP address.
   *
   * @return the key. A server uses it, and a client needs it to trust that server
   * @throws IllegalStateException if keytool fails
   */
  public static PfxOptions forLocalhost() {
    try {
      Path folder = Files.createTempDirectory("millrace-key");
      Path store = folder.resolve("key.p12");
      try {
        generate(store);
        return new PfxOptions()
            .setPassword(PASSWORD)
            .setValue(Buffer.buffer(Files.readAllBytes(store)));
      } finally {
        Files.deleteIfExists(store);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private static void generate(Path store) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .inheritIO()
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException("keytool failed: " + keytool.exitValue());
    }
  }
}

package io.millrace.core.testing;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The Vert.x of one test class, in a static field with {@code @RegisterExtension}. What a test
 * starts on it is closed after the test, after the methods with {@code @AfterEach}.
 */
public final class TestVertx implements AfterEachCallback, AfterAllCallback {

  private final Vertx vertx;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  public TestVertx() {
    this(new VertxOptions());
  }

  public TestVertx(VertxOptions options) {
    vertx = Vertx.vertx(options);
  }

  public Vertx get() {
    return vertx;
  }

  /** Closes something after the test, before what was opened earlier. */
  public <T extends AutoCloseable> T closing(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Returns a client that speaks this version of HTTP from its first byte on. */
  public HttpClient client(HttpVersion version) {
    return vertx.createHttpClient(
        new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false));
  }

  @Override
  public void afterEach(ExtensionContext test) throws Exception {
    if (!opened.isEmpty()) {
      AutoCloseable newest = opened.pop();
      try {
        newest.close();
      } finally {
        afterEach(test);
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext tests) {
    vertx.close().await();
  }
}

package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real nginx, HAProxy, Apache httpd, lighttpd or Caddy, with the configuration of a test. If the
 * machine has none, the tests are skipped, as {@link Needed} says. Each start gets a free port and
 * a folder of its own, and ends with the test; one that was started before all tests ends with the
 * class. All of them end with the JVM, even if that is killed.
 *
 * <pre>{@code
 * @RegisterExtension static final LocalProxy NGINX = LocalProxy.nginx();
 *
 * @Test
 * void readsThroughNginx() {
 *   int port = NGINX.start("""
 *       server {
 *         listen 127.0.0.1:{port};
 *         location / { proxy_pass http://127.0.0.1:%d; }
 *       }
 *       """.formatted(server.port()));
 * }
 * }</pre>
 *
 * <p>In configurations, {@code {port}} is the port that it must listen on, and {@code {folder}} its
 * folder. For one test at a time.
 */
public final class LocalProxy
    implements ExecutionCondition, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  private static final List<Path> APACHE_MODULES =
      List.of(Path.of("/usr/lib/apache2/modules"), Path.of("/usr/lib64/httpd/modules"));

  /** What proxying takes; which of them are compiled in depends on the system. */
  private static final List<String> APACHE_MODULE_NAMES =
      List.of(
          "mpm_event",
          "unixd",
          "env",
          "authz_core",
          "headers",
          "rewrite",
          "socache_shmcb",
          "ssl",
          "http2",
          "proxy",
          "proxy_http",
          "proxy_wstunnel");

  private final Needed need;
  private final String program;
  private final BiFunction<Path, String, String> complete;
  private final List<String> arguments;
  private final List<ProxyProcess> ofClass = new ArrayList<>();
  private final List<ProxyProcess> ofTest = new ArrayList<>();
  private boolean inTest;

  /**
   * @param complete makes a whole configuration of the folder and what a test gives
   * @param arguments before the name of the configuration's file
   */
  private LocalProxy(
      Needed need,
      String program,
      BiFunction<Path, String, String> complete,
      List<String> arguments) {
    this.need = need;
    this.program = program;
    this.complete = complete;
    this.arguments = arguments;
  }

  /** {@return nginx; a configuration is what stands within {@code http}} */
  public static LocalProxy nginx() {
    return new LocalProxy(
        Needed.program("nginx", "nginx-light"),
        "nginx",
        LocalProxy::nginxConfiguration,
        List.of("-e", "stderr", "-c"));
  }

  /** {@return HAProxy; a configuration is the whole file} */
  public static LocalProxy haproxy() {
    return new LocalProxy(
        Needed.program("haproxy", "haproxy"),
        "haproxy",
        (folder, given) -> given + "\n",
        List.of("-db", "-f"));
  }

  /**
   * Apache httpd. It listens on {@code {port}} by itself; the modules for proxying, TLS, HTTP/2,
   * {@code headers} and {@code rewrite} are loaded.
   *
   * @return httpd; a configuration is what follows after that
   */
  public static LocalProxy httpd() {
    String program = Needed.find("httpd").isPresent() ? "httpd" : "apache2";
    return new LocalProxy(
        Needed.program(program, "apache2-bin"),
        program,
        LocalProxy::httpdConfiguration,
        List.of("-DFOREGROUND", "-f"));
  }

  /**
   * lighttpd. It listens on {@code {port}} by itself.
   *
   * @return lighttpd; a configuration is what follows after that
   */
  public static LocalProxy lighttpd() {
    return new LocalProxy(
        Needed.program("lighttpd", "lighttpd"),
        "lighttpd",
        (folder, given) ->
            """
            server.bind = "127.0.0.1"
            server.port = {port}
            server.document-root = "{folder}"
            """
                + given,
        List.of("-D", "-f"));
  }

  /** {@return Caddy; a configuration is what follows the global options of a Caddyfile} */
  public static LocalProxy caddy() {
    return new LocalProxy(
        Needed.program("caddy", "caddy"),
        "caddy",
        (folder, given) ->
            """
            {
              admin off
              auto_https disable_redirects
              storage file_system {folder}
            }
            """
                + given,
        List.of("run", "--adapter", "caddyfile", "--config"));
  }

  /** {@return what it needs} */
  public Needed need() {
    return need;
  }

  /**
   * Starts one, and waits until it listens.
   *
   * @param configuration what the method that made this says
   * @return the port that it listens on
   * @throws IllegalStateException if it does not start; the message has its output
   */
  public int start(String configuration) {
    try {
      int port = FreePorts.find();
      Path folder = Files.createTempDirectory("millrace-" + program + "-").toRealPath();
      String whole =
          complete
              .apply(folder, configuration)
              .replace("{port}", String.valueOf(port))
              .replace("{folder}", folder.toString());
      Path file = Files.writeString(folder.resolve("proxy.conf"), whole);
      List<String> command =
          new ArrayList<>(List.of(Needed.find(program).orElseThrow().toString()));
      command.addAll(arguments);
      command.add(file.toString());
      ProxyProcess started = new ProxyProcess(command, folder);
      (inTest ? ofTest : ofClass).add(started);
      started.awaitListening(port);
      return port;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops all that run now. */
  public void stop() {
    stop(ofTest);
    stop(ofClass);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return need.evaluateExecutionCondition(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    inTest = true;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    inTest = false;
    stop(ofTest);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    stop();
  }

  private static void stop(List<ProxyProcess> running) {
    running.forEach(ProxyProcess::close);
    running.clear();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static String nginxConfiguration(Path folder, String given) {
    // As root, its workers would be somebody else, who may not write to the folder.
    return (isRoot() ? "user root;\n" : "")
        + """
        daemon off;
        worker_processes 1;
        pid {folder}/pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          client_body_temp_path {folder}/body;
          proxy_temp_path {folder}/proxy;
          fastcgi_temp_path {folder}/fastcgi;
          uwsgi_temp_path {folder}/uwsgi;
          scgi_temp_path {folder}/scgi;
        """
        + given
        + "\n}\n";
  }

  private static String httpdConfiguration(Path folder, String given) {
    StringBuilder text = new StringBuilder(isRoot() ? "User nobody\nGroup #65534\n" : "");
    for (String name : APACHE_MODULE_NAMES) {
      APACHE_MODULES.stream()
          .map(modules -> modules.resolve("mod_" + name + ".so"))
          .filter(Files::exists)
          .findFirst()
          .ifPresent(file -> text.append("LoadModule " + name + "_module " + file + "\n"));
    }
    return text
        + """
        ServerRoot {folder}
        DefaultRuntimeDir {folder}
        PidFile {folder}/pid
        ErrorLog /proc/self/fd/2
        ServerName localhost
        Listen 127.0.0.1:{port}
        """
        + given
        + "\n";
  }
}

package io.millrace.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs the fuzzing client of the Autobahn test suite against {@link EchoServer}.
 *
 * <p>The suite is Python; the jar of autobahntestsuite-maven-plugin contains it. Jython runs it in
 * a JVM of its own, because it leaves threads and classes behind. The build puts both jars into
 * {@code target/autobahn/lib}. The full report is {@code target/autobahn/reports/index.html}.
 *
 * <p>{@code -Dautobahn.cases=9.*} runs other cases, such as the performance ones, which take
 * minutes.
 */
@Tag("slow")
class AutobahnIT {
  private static final String AGENT = "millrace";
  private static final String CASES = System.getProperty("autobahn.cases", "");
  private static final Path HOME = Path.of("target", "autobahn");
  private static final Path JARS = HOME.resolve("lib");
  private static final Path REPORTS = HOME.resolve("reports");
  private static final Path OUTPUT = HOME.resolve("output.txt");
  private static final int BASE_CASES = 247; // all but 9.*, without those of permessage-deflate
  private static final int LIMIT_MINUTES = 15;

  /**
   * The cases in which RFC 6455 lets the server decide: 7.1.6 sends 256 KiB, a Close and a ping at
   * once; 7.13.* send close codes from 5000 on, which are undefined and which we refuse with 1002.
   */
  private static final Set<String> INFORMATIONAL = Set.of("7.1.6", "7.13.1", "7.13.2");

  private static final String SCRIPT =
      """
      import json, sys
      from autobahntestsuite import wstest
      wstest.start({'mode': 'fuzzingclient'}, json.loads(open(sys.argv[1]).read()))
      """;

  @Test
  void everyCasePasses() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      HttpServer server = EchoServer.listen(vertx, 0).await(60, TimeUnit.SECONDS);
      Map<String, String> results = run(server.actualPort(), List.of());
      List<String> hasty = results.keySet().stream().filter(id -> isUnclean(results, id)).toList();
      if (!hasty.isEmpty()) {
        results.putAll(run(server.actualPort(), hasty));
      }
      assertPassed(results);
    } finally {
      vertx.close().await(60, TimeUnit.SECONDS);
    }
  }

  /**
   * The suite drops the connections of many cases half a second after their start, even if they are
   * not done. A case for which a busy machine was too slow is tried again; one that behaved wrongly
   * is not.
   */
  private static boolean isUnclean(Map<String, String> results, String id) {
    return results.getOrDefault(id, "").equals("OK UNCLEAN");
  }

  private static Map<String, String> run(int port, List<String> cases) throws Exception {
    runSuite(port, cases);
    return readResults();
  }

  private static void assertPassed(Map<String, String> results) {
    if (CASES.isEmpty()) {
      assertThat(results).hasSize(BASE_CASES);
      assertThat(results)
          .allSatisfy(
              (id, result) ->
                  assertThat(result)
                      .as(id)
                      .isEqualTo(
                          INFORMATIONAL.contains(id) ? "INFORMATIONAL INFORMATIONAL" : "OK OK"));
    } else {
      assertThat(results).isNotEmpty();
      assertThat(results)
          .allSatisfy((id, result) -> assertThat(result).as(id).doesNotContain("FAILED"));
    }
  }

  /** The suite's verdicts on behaviour and close, by case. */
  private static Map<String, String> readResults() throws Exception {
    JsonObject index =
        new JsonObject(Buffer.buffer(Files.readAllBytes(REPORTS.resolve("index.json"))));
    Map<String, String> results = new TreeMap<>();
    for (Map.Entry<String, Object> entry : index.getJsonObject(AGENT)) {
      JsonObject result = (JsonObject) entry.getValue();
      results.put(
          entry.getKey(), result.getString("behavior") + " " + result.getString("behaviorClose"));
    }
    return results;
  }

  private static void runSuite(int port, List<String> cases) throws Exception {
    Files.deleteIfExists(
        REPORTS.resolve("index.json")); // so that the results of an earlier run do not count
    Path script = Files.writeString(HOME.resolve("run.py"), SCRIPT);
    Path spec = Files.writeString(HOME.resolve("spec.json"), spec(port, cases).encodePrettily());
    Process suite =
        new ProcessBuilder(command(script, spec))
            .redirectErrorStream(true)
            .redirectOutput(OUTPUT.toFile())
            .start();
    try {
      assertThat(suite.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES))
          .as("the suite ends within %d minutes, see %s", LIMIT_MINUTES, OUTPUT)
          .isTrue();
      assertThat(suite.exitValue()).as("exit value, see %s", OUTPUT).isZero();
    } finally {
      suite.destroyForcibly();
    }
  }

  private static List<String> command(Path script, Path spec) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED"); // only to avoid warnings in its output
    }
    command.add("-Dpython.cachedir.skip=true");
    command.add("-cp");
    try (var jars = Files.list(JARS)) {
      command.add(jars.map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    }
    command.addAll(List.of("org.python.util.jython", script.toString(), spec.toString()));
    return command;
  }

  private static JsonObject spec(int port, List<String> cases) {
    List<String> asked = CASES.isEmpty() ? List.of("*") : List.of(CASES);
    JsonObject server =
        new JsonObject()
            .put("agent", AGENT)
            .put("url", "ws://127.0.0.1:" + port + "/ws")
            .put("options", new JsonObject().put("version", 18)); // RFC 6455
    return new JsonObject()
        .put("failByDrop", false)
        .put("outdir", REPORTS.toString())
        .put("servers", JsonArray.of(server))
        .put("cases", new JsonArray(cases.isEmpty() ? asked : cases))
        .put("exclude-cases", CASES.isEmpty() ? JsonArray.of("9.*") : new JsonArray())
        .put("exclude-agent-cases", new JsonObject());
  }
}

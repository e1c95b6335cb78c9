package io.millrace.benchmarks;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are not written in Java are separate processes, and must not outlive the run. */
class NativePeerTest {

  private static final Servers SERVERS = new Servers(Path.of(".."), new Placement(""), List.of());

  @ParameterizedTest
  @ValueSource(strings = {Target.NCHAN, Target.NATS})
  void aServerEndsWithItsControlConnection(String name) throws IOException {
    ServerProcess server = start(name);
    List<ProcessHandle> processes = processes(server);

    server.close();

    await().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
  }

  @ParameterizedTest
  @ValueSource(strings = {Target.NCHAN, Target.NATS})
  void aServerEndsWhenItsPublisherIsKilled(String name) throws IOException {
    try (ServerProcess server = start(name)) {
      List<ProcessHandle> processes = processes(server);

      assertThat(processes.get(0).parent().orElseThrow().destroyForcibly()).isTrue();

      await().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  private static ServerProcess start(String name) throws IOException {
    SERVERS.need(name).orSkip();
    return new ServerProcess(SERVERS.command(name, Scenario.Kind.FAN_OUT));
  }

  private static List<ProcessHandle> processes(ServerProcess server) {
    List<ProcessHandle> processes =
        server.pids().stream().map(pid -> ProcessHandle.of(pid).orElseThrow()).toList();
    assertThat(processes).isNotEmpty().allMatch(ProcessHandle::isAlive);
    return processes;
  }
}

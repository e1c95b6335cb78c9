package io.millrace.tck;

import static io.millrace.tck.Patience.await;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.IsRunningStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/** A RabbitMQ server in a container. Testcontainers runs it, and removes it when this JVM ends. */
final class RabbitMqContainer extends RabbitMqServer {

  private final GenericContainer<?> container;

  RabbitMqContainer(String image) {
    container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withCopyToContainer(Transferable.of(PLUGINS), "/etc/rabbitmq/enabled_plugins")
            .withCopyToContainer(
                Transferable.of(configuration("0.0.0.0")), "/etc/rabbitmq/conf.d/90-millrace.conf")
            .withStartupCheckStrategy(new IsRunningStartupCheckStrategy())
            .waitingFor(new NoWait())
            .withCreateContainerCmdModifier(
                command ->
                    command
                        .withExposedPorts(ports().all().stream().map(ExposedPort::tcp).toList())
                        .withHostConfig(
                            Objects.requireNonNullElseGet(command.getHostConfig(), HostConfig::new)
                                .withPortBindings(bindings())));
  }

  /** The ports are bound to this machine's loopback address: they must survive a restart. */
  static boolean dockerAnswers() {
    return DockerClientFactory.instance().isDockerAvailable()
        && DockerClientFactory.instance().dockerHostIpAddress().equals("localhost");
  }

  private List<PortBinding> bindings() {
    return ports().all().stream()
        .map(
            port ->
                new PortBinding(Binding.bindIpAndPort("127.0.0.1", port), ExposedPort.tcp(port)))
        .toList();
  }

  @Override
  boolean running() {
    return container.getContainerId() != null && container.isRunning();
  }

  @Override
  void launch() {
    if (container.getContainerId() == null) {
      container.start();
    } else {
      container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
    }
  }

  @Override
  void end(boolean force) {
    String id = container.getContainerId();
    if (force) {
      container.getDockerClient().killContainerCmd(id).exec();
    } else {
      container.getDockerClient().stopContainerCmd(id).exec();
    }
    await().until(() -> !running());
  }

  @Override
  void save() {
    throw noCopy();
  }

  @Override
  void restore() {
    throw noCopy();
  }

  private static TestAbortedException noCopy() {
    return new TestAbortedException(
        "The data of a container cannot be copied while it is stopped: install rabbitmq-server.");
  }

  @Override
  String log() {
    return container.getLogs();
  }

  @Override
  String run(List<String> command) {
    try {
      ExecResult result = container.execInContainer(command.toArray(String[]::new));
      if (result.getExitCode() != 0) {
        throw new IllegalStateException(command + ":\n" + result);
      }
      return result.getStdout();
    } catch (IOException e) {
      throw new IllegalStateException(command + " cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Does not wait, because the server itself is asked instead. */
  private static final class NoWait extends AbstractWaitStrategy {

    @Override
    protected void waitUntilReady() {}
  }
}

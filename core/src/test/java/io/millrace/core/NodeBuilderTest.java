package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.MillraceProvider;
import io.millrace.core.testing.EchoBroker;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Broker;
import io.millrace.spi.Transport;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeBuilderTest {

  /** Found as a service. */
  public static final class One extends EchoBroker {
    public One() {
      super("one");
    }
  }

  /** Found as a service. */
  public static final class Other extends EchoBroker {
    public Other() {
      super("other");
    }
  }

  /** Lists other services than the class path has. */
  private static final class Listing extends ClassLoader {
    private final Map<String, List<Class<?>>> services;

    Listing(Map<String, List<Class<?>>> services) {
      super(NodeBuilderTest.class.getClassLoader());
      this.services = services;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      String service = name.replace("META-INF/services/", "");
      if (!services.containsKey(service)) {
        return super.getResources(name);
      }
      StringBuilder listed = new StringBuilder();
      services.get(service).forEach(type -> listed.append(type.getName()).append('\n'));
      return Collections.enumeration(List.of(url(listed.toString())));
    }

    @SuppressWarnings("deprecation") // The successor of this constructor is newer than Java 17.
    private static URL url(String content) throws MalformedURLException {
      return new URL(
          "memory",
          "",
          0,
          "/",
          new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
              return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() {
                  return new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
                }
              };
            }
          });
    }
  }

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  @BeforeEach
  void listNothing() {
    list(List.of());
  }

  @AfterEach
  void reset() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private static void list(List<Class<?>> brokers) {
    Thread.currentThread()
        .setContextClassLoader(
            new Listing(
                Map.of(Broker.class.getName(), brokers, Transport.class.getName(), List.of())));
  }

  private static Millrace.Builder builder() {
    return new NodeBuilder(vertx.get())
        .transport(new Server.TinyTransport("tiny", 1, Set.of(), (context, attachment) -> {}));
  }

  private static String brokerOf(Millrace.Builder builder) {
    MillraceNode node = (MillraceNode) builder.build();
    Server.await(node.close());
    return node.broker().name();
  }

  @Test
  void isFoundByTheApi() {
    Thread.currentThread().setContextClassLoader(before);
    assertThat(ServiceLoader.load(MillraceProvider.class).findFirst())
        .containsInstanceOf(CoreProvider.class);
    assertThat(Millrace.builder(vertx.get())).isInstanceOf(NodeBuilder.class);
  }

  @Test
  void withoutATransportThereIsNoNode() {
    assertThatThrownBy(() -> new NodeBuilder(vertx.get()).broker(new One()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("millrace-transport");
  }

  @Test
  void withoutABrokerThereIsNoNode() {
    assertThatThrownBy(() -> builder().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("millrace-broker-memory");
  }

  @Test
  void theOnlyBrokerThatIsFoundIsUsed() {
    list(List.of(One.class));
    assertThat(brokerOf(builder())).isEqualTo("one");
  }

  @Test
  void ofSeveralBrokersOneMustBeChosen() {
    list(List.of(One.class, Other.class));
    assertThatThrownBy(() -> builder().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[one, other]");
    assertThat(brokerOf(builder().broker("other"))).isEqualTo("other");
    assertThat(brokerOf(builder().broker(new EchoBroker("mine")))).isEqualTo("mine");
  }

  @Test
  void aBrokerThatIsNotThereIsAnErrorThatNamesThoseThatAre() {
    list(List.of(One.class, Other.class));
    assertThatThrownBy(() -> builder().broker("wrong").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("\"wrong\"")
        .hasMessageContaining("[one, other]");
  }

  @Test
  void aBrokerThatHasNothingToConfigureRefusesAConfiguration() {
    list(List.of(One.class));
    assertThat(brokerOf(builder().broker("one", new JsonObject()))).isEqualTo("one");
    assertThatThrownBy(() -> builder().broker("one", new JsonObject().put("port", 1)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one")
        .hasMessageContaining("port");
  }

  @Test
  void aPluginThatDoesNotImplementTheSpiIsRefused() {
    assertThatThrownBy(() -> builder().broker(() -> "half"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Broker.class.getName());
    assertThatThrownBy(() -> builder().transport(() -> "half"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Transport.class.getName());
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "null"})
  void credentialsForOriginsThatAnyPageCanHaveAreRefused(String origin) {
    MillraceOptions options =
        new MillraceOptions().addAllowedOrigin(origin).setCredentialsAllowed(true);
    assertThatThrownBy(() -> builder().broker(new One()).options(options).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("addAllowedOrigin");
  }

  @Test
  void optionsAreCopied() {
    MillraceOptions options = new MillraceOptions().setMaxChannels(5);
    Millrace.Builder builder = builder().broker(new One()).options(options);
    options.setMaxChannels(6);
    MillraceNode node = (MillraceNode) builder.build();
    assertThat(node.engine().options().maxChannels()).isEqualTo(5);
    Server.await(node.close());
  }

  @Test
  void transportsAreRanked() {
    MillraceNode node =
        (MillraceNode)
            builder()
                .broker(new One())
                .transport(
                    new Server.TinyTransport("late", 5, Set.of(), (context, attachment) -> {}))
                .transport(
                    new Server.TinyTransport("early", -5, Set.of(), (context, attachment) -> {}))
                .build();
    assertThat(node.engine().transports().inService().stream().map(Transport::name))
        .containsExactly("early", "tiny", "late");
    assertThatThrownBy(() -> node.enableTransport("never", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[early, tiny, late]");
    Server.await(node.close());
  }

  @Test
  void transportsMayBeOffFromTheStart() {
    MillraceOptions options = new MillraceOptions().addDisabledTransport("tiny");
    MillraceNode node = (MillraceNode) builder().broker(new One()).options(options).build();
    assertThat(node.engine().transports().inService()).isEmpty();
    node.enableTransport("tiny", true);
    assertThat(node.engine().transports().inService()).hasSize(1);
    Server.await(node.close());
    assertThatThrownBy(
            () ->
                builder().broker(new One()).options(options.addDisabledTransport("never")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("never");
  }
}

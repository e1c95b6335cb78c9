package io.millrace.architecture;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that ServiceLoader finds the same providers on the module path and on the class path. */
class ModulesTest {
  private static final String DESCRIPTOR = "module-info.class";
  private static final String SERVICES = "META-INF/services/";

  @ParameterizedTest
  @MethodSource("modules")
  void moduleInfoAndServicesFilesProvideTheSame(ModuleReference module) throws IOException {
    Map<String, Set<String>> provided =
        module.descriptor().provides().stream()
            .collect(toMap(Provides::service, provides -> Set.copyOf(provides.providers())));
    assertThat(servicesOf(module)).isEqualTo(provided);
  }

  static Stream<ModuleReference> modules() throws IOException {
    List<URL> descriptors =
        Collections.list(ModulesTest.class.getClassLoader().getResources(DESCRIPTOR));
    Path[] roots = descriptors.stream().map(ModulesTest::root).toArray(Path[]::new);
    return ModuleFinder.of(roots).findAll().stream()
        .filter(module -> module.descriptor().name().startsWith("io.millrace."));
  }

  /** The jar or the directory of classes that contains this module descriptor. */
  private static Path root(URL descriptor) {
    String url = descriptor.toString();
    String root = url.substring(0, url.length() - DESCRIPTOR.length());
    return Path.of(URI.create(root.replaceAll("^jar:|!/$", "")));
  }

  private static Map<String, Set<String>> servicesOf(ModuleReference module) throws IOException {
    Map<String, Set<String>> services = new HashMap<>();
    try (ModuleReader reader = module.open()) {
      List<String> files = reader.list().filter(name -> name.matches(SERVICES + "[^/]+")).toList();
      for (String file : files) {
        try (InputStream in = reader.open(file).orElseThrow()) {
          String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          services.put(file.substring(SERVICES.length()), providers(text));
        }
      }
    }
    return services;
  }

  private static Set<String> providers(String text) {
    return text.lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .collect(toSet());
  }
}

package io.millrace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Checks the direction of dependencies, here because every module is on this class path. */
class ArchitectureTest {
  private static final String[] API = {
    "io.millrace", "io.millrace.spi", "io.millrace.spi.link", "io.millrace.spi.options"
  };
  private static final String[] PLUGINS = {"io.millrace.transport..", "io.millrace.broker.."};
  private static final String CORE = "io.millrace.core..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.millrace");

  @Test
  void the_api_depends_on_vertx_and_jspecify_alone() {
    classes()
        .that()
        .resideInAnyPackage(API)
        .and(
            not(
                nameMatching(
                    "io[.]millrace[.](spi[.]JsonText|JsonValues.*)"))) // Use Jackson, as Vert.x
        // does.
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.millrace",
            "io.millrace.internal",
            "io.millrace.spi..",
            "io.vertx..",
            "org.jspecify..",
            "java..",
            "javax.net.ssl")
        .check(CLASSES);
  }

  @Test
  void transports_and_brokers_do_not_see_core_or_the_kit() {
    noClasses()
        .that()
        .resideInAnyPackage(PLUGINS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(CORE, "io.millrace.tck..")
        .check(CLASSES);
  }

  @Test
  void transports_and_brokers_do_not_see_each_other() {
    slices()
        .matching("io.millrace.[transport|broker].(*)..")
        .should()
        .notDependOnEachOther()
        .check(CLASSES);
  }

  @Test
  void core_and_the_kit_know_no_transport_or_broker() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE, "io.millrace.tck..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(PLUGINS)
        .check(CLASSES);
  }

  @Test
  void core_does_not_see_the_kit() {
    noClasses()
        .that()
        .resideInAPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.millrace.tck..")
        .check(CLASSES);
  }

  /** A package of core that is no room fails, too. */
  @Test
  void each_room_of_core_uses_only_those_before_it() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(CORE)
        .layer("log")
        .definedBy("io.millrace.core.log")
        .layer("broker")
        .definedBy("io.millrace.core.broker")
        .layer("reader")
        .definedBy("io.millrace.core.reader")
        .layer("http")
        .definedBy("io.millrace.core.http")
        .layer("core")
        .definedBy("io.millrace.core")
        .whereLayer("log")
        .mayNotAccessAnyLayer()
        .whereLayer("broker")
        .mayOnlyAccessLayers("log")
        .whereLayer("reader")
        .mayOnlyAccessLayers("log", "broker")
        .whereLayer("http")
        .mayOnlyAccessLayers("log", "broker", "reader")
        .whereLayer("core")
        .mayNotBeAccessedByAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(CLASSES.that(resideInAPackage(CORE)));
  }

  @Test
  void packages_have_no_cycles() {
    slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void every_package_is_null_marked() {
    assertThat(CLASSES.stream().map(JavaClass::getPackage).distinct())
        .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class)).as(p.getName()).isTrue());
  }

  /**
   * One slice per package, except that API and SPI are one slice: the API's builder takes types of
   * the SPI.
   */
  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String name = type.getPackageName();
      return SliceIdentifier.of(name.equals("io.millrace.spi") ? "io.millrace" : name);
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}

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
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Checks the direction of dependencies, here because every module is on this class path. */
class ArchitectureTest {
  private static final String[] API = {"io.millrace", "io.millrace.spi.."};
  private static final String[] PLUGINS = {
    "io.millrace.transport..", "io.millrace.broker..", "io.millrace.auth.."
  };
  private static final String CORE = "io.millrace.core..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.millrace");

  @Test
  void theApiDependsOnVertxAndJspecifyAlone() {
    classes()
        .that()
        .resideInAnyPackage(API)
        .and(not(nameMatching("io[.]millrace[.]Json.*"))) // They use Jackson, as Vert.x does.
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
  void plugInsDoNotSeeCoreOrTheKit() {
    noClasses()
        .that()
        .resideInAnyPackage(PLUGINS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(CORE, "io.millrace.tck..")
        .check(CLASSES);
  }

  @Test
  void transportsAndBrokersDoNotSeeEachOther() {
    slices()
        .matching("io.millrace.[transport|broker].(*)..")
        .should()
        .notDependOnEachOther()
        .check(CLASSES);
  }

  @Test
  void authenticatorsAndOtherPlugInsDoNotSeeEachOther() {
    noClasses()
        .that()
        .resideInAPackage("io.millrace.auth")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.millrace.transport..", "io.millrace.broker..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAnyPackage("io.millrace.transport..", "io.millrace.broker..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.millrace.auth")
        .check(CLASSES);
  }

  @Test
  void coreAndTheKitKnowNoPlugIn() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE, "io.millrace.tck..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(PLUGINS)
        .check(CLASSES);
  }

  @Test
  void theTestKitKnowsNothingOfMillrace() {
    noClasses()
        .that()
        .resideInAPackage("io.millrace.testkit")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.millrace..").and(not(resideInAPackage("io.millrace.testkit"))))
        .check(CLASSES);
  }

  @Test
  void coreDoesNotSeeTheKit() {
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
  void eachRoomOfCoreUsesOnlyThoseBeforeIt() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(CORE)
        .layer("log")
        .definedBy("io.millrace.core.log")
        .layer("broker")
        .definedBy("io.millrace.core.broker")
        .layer("reader")
        .definedBy("io.millrace.core.reader")
        .layer("presence")
        .definedBy("io.millrace.core.presence")
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
        .whereLayer("presence")
        .mayOnlyAccessLayers("log", "broker", "reader")
        .whereLayer("http")
        .mayOnlyAccessLayers("log", "broker", "reader", "presence")
        .whereLayer("core")
        .mayNotBeAccessedByAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(CLASSES.that(resideInAPackage(CORE)));
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(CLASSES.stream().map(JavaClass::getPackage).distinct())
        .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class)).as(p.getName()).isTrue());
  }
}

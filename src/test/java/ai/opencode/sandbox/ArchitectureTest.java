package ai.opencode.sandbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import org.junit.jupiter.api.Test;

/** Data flows one way: definition, lock, fetch, layer, image, publish. */
class ArchitectureTest {

  private static final String ROOT = "ai.opencode.sandbox";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ArchitectureTest::isOfTheProduct)
          .importPackages(ROOT);

  @Test
  void stagesNeverImportALaterStage() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
        .ensureAllClassesAreContainedInArchitecture()
        .layer("words")
        .definedBy(at("failure"), at("report"))
        .layer("threads")
        .definedBy(at("concurrent"))
        .layer("network")
        .definedBy(at("network"))
        .layer("archive")
        .definedBy(at("archive"))
        .layer("oci")
        .definedBy(at("oci"))
        .layer("export")
        .definedBy(at("export"))
        .layer("apk")
        .definedBy(at("apk"))
        .layer("npm")
        .definedBy(at("npm"))
        .layer("definition")
        .definedBy(at("definition"))
        .layer("lock")
        .definedBy(at("lock"))
        .layer("registry")
        .definedBy(at("registry"))
        .layer("upstream")
        .definedBy(at("upstream.."))
        .layer("fetch")
        .definedBy(at("fetch"))
        .layer("layer")
        .definedBy(at("layer"))
        .layer("image")
        .definedBy(at("image"))
        .layer("door")
        .definedBy(ROOT)
        .layer("proof")
        .definedBy(at("verify.."), at("run.."))
        .layer("cli")
        .definedBy(at("cli"))
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("door")
        .mayOnlyBeAccessedByLayers("cli", "proof")
        .whereLayer("image")
        .mayOnlyBeAccessedByLayers("door")
        .whereLayer("layer")
        .mayOnlyBeAccessedByLayers("door", "image")
        .whereLayer("fetch")
        .mayOnlyBeAccessedByLayers("door", "image", "layer", "cli")
        .whereLayer("upstream")
        .mayOnlyBeAccessedByLayers("door", "fetch", "cli")
        .whereLayer("registry")
        .mayOnlyBeAccessedByLayers("door", "image", "fetch", "upstream", "cli", "proof")
        // What is below: each format knows what it is made of, and no other format.
        .whereLayer("lock")
        .mayOnlyAccessLayers("words", "oci", "apk")
        .whereLayer("definition")
        .mayOnlyAccessLayers("words")
        .whereLayer("npm")
        .mayOnlyAccessLayers("words", "archive")
        .whereLayer("apk")
        .mayOnlyAccessLayers("words", "archive", "oci")
        .whereLayer("export")
        .mayOnlyAccessLayers("words", "archive", "oci")
        .whereLayer("oci")
        .mayOnlyAccessLayers("words", "threads")
        .whereLayer("archive")
        .mayOnlyAccessLayers("words")
        .whereLayer("network")
        .mayOnlyAccessLayers("words", "threads")
        .whereLayer("threads")
        .mayOnlyAccessLayers("words")
        .whereLayer("words")
        .mayNotAccessAnyLayer()
        .because("each stage takes what the one before has made, and nothing flows back")
        .check(CLASSES);
  }

  /** It may read the formats that they write, and must not know how they come to do so. */
  @Test
  void theProofKnowsNothingOfWhatBuilds() {
    noClasses()
        .that()
        .resideInAPackage(at("verify.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT,
            at("definition"),
            at("lock"),
            at("fetch"),
            at("layer"),
            at("image"),
            at("upstream.."))
        .because("what a stage gets wrong must be found by somebody else")
        .check(CLASSES);
  }

  /** A package below another one counts as a package of its own. */
  @Test
  void packagesAreFreeOfCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyArchiveKnowsCommonsCompress() {
    noClasses()
        .that()
        .resideOutsideOfPackage(at("archive"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.commons.compress..")
        .check(CLASSES);
  }

  @Test
  void onlyTheImageStageTheRegistryAndTheDoorForJibKnowJib() {
    noClasses()
        .that()
        .resideOutsideOfPackages(at("image"), at("registry"))
        .and()
        .doNotHaveFullyQualifiedName(at("JibBase"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.cloud.tools.jib..")
        .check(CLASSES);
  }

  /** A client made elsewhere would know neither proxy nor trust that the user named. */
  @Test
  void onlyTheNetworkMakesHttpClients() {
    noClasses()
        .that()
        .resideOutsideOfPackage(at("network"))
        .should()
        .callMethod(java.net.http.HttpClient.class, "newBuilder")
        .orShould()
        .callMethod(java.net.http.HttpClient.class, "newHttpClient")
        .orShould()
        .callMethod(java.net.URL.class, "openConnection")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLinePrints() {
    noClasses()
        .that()
        .resideOutsideOfPackages(at("cli"))
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  @Test
  void namesSayWhatThingsAre() {
    classes()
        .should()
        .haveSimpleNameNotEndingWith("Util")
        .andShould()
        .haveSimpleNameNotEndingWith("Utils")
        .andShould()
        .haveSimpleNameNotEndingWith("Helper")
        .andShould()
        .haveSimpleNameNotEndingWith("Manager")
        .andShould()
        .haveSimpleNameNotEndingWith("Impl")
        .check(CLASSES);
  }

  /** Wherever a build has put its classes: where the door is, all the others are. */
  private static boolean isOfTheProduct(Location location) {
    return location
        .asURI()
        .toString()
        .contains(
            SandboxBuilder.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  private static String at(String name) {
    return ROOT + "." + name;
  }
}

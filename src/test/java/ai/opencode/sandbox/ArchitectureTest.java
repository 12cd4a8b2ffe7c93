package ai.opencode.sandbox;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The directions between packages: definition, lock, fetch, layer, image, publish. */
class ArchitectureTest {

  private static final String ROOT = "ai.opencode.sandbox";

  private static final JavaClasses CLASSES = classesOfTheProduct();

  /** Reads the product's classes only: a name says what another class is for these rules. */
  private static JavaClasses classesOfTheProduct() {
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .withImportOption(ArchitectureTest::isOfTheProduct)
        .importPackages(ROOT);
  }

  /**
   * The packages that each package may use, by name below the root. A stage uses the values of the
   * stage before, and a format uses the formats inside it, never the reverse.
   */
  private static final Map<String, String> MAY_USE =
      Map.ofEntries(
          Map.entry(
              "",
              "archive build cache concurrent definition failure image lock npm oci publish"
                  + " records report run upstream upstream.archive"),
          Map.entry("apk", "archive failure oci"),
          Map.entry("apk.solver", "apk failure"),
          Map.entry("archive", "failure"),
          Map.entry("attest", "apk failure oci"),
          Map.entry(
              "attest.inputs",
              "apk archive attest.sbom cache definition evidence failure image layer lock npm oci"),
          Map.entry("attest.sbom", "apk attest evidence failure npm oci"),
          Map.entry(
              "build",
              "apk apk.solver archive attest attest.inputs attest.sbom cache concurrent definition"
                  + " evidence failure fetch image install"
                  + " install.scripts layer lock network npm oci records registry report rootfs upstream"
                  + " upstream.archive"),
          Map.entry("cache", "concurrent failure oci"),
          Map.entry("concurrent", "failure"),
          Map.entry(
              "contract",
              "apk attest.inputs attest.sbom definition failure lock npm oci upstream verify"),
          Map.entry("definition", "apk failure npm oci"),
          Map.entry("definition.file", "apk definition failure network oci report"),
          Map.entry("egress", "concurrent failure"),
          Map.entry(
              "engine",
              "archive concurrent export failure oci registry.credentials registry.server report"
                  + " security"),
          Map.entry("evidence", "apk archive cache oci"),
          Map.entry("export", "archive oci"),
          Map.entry("failure", ""),
          Map.entry(
              "fetch",
              "apk archive cache concurrent evidence failure network npm oci registry report"
                  + " upstream"),
          Map.entry(
              "image",
              "apk archive cache concurrent definition failure fetch install.scripts layer lock"
                  + " npm oci registry.server rootfs upstream"),
          Map.entry("inspect", "apk attest.sbom failure inspect.content oci registry report"),
          Map.entry(
              "inspect.content",
              "apk archive attest attest.sbom concurrent evidence failure npm oci registry"),
          Map.entry("install", "apk archive failure fetch oci rootfs"),
          Map.entry("install.scripts", "apk archive failure fetch install oci report rootfs"),
          Map.entry(
              "layer",
              "apk archive cache concurrent evidence failure fetch install install.scripts npm"
                  + " oci report rootfs"),
          Map.entry("lock", "apk failure oci report"),
          Map.entry(
              "maven",
              "apk attest build contract definition definition.file failure image inspect.content lock"
                  + " network npm oci publish records registry registry.credentials report upstream"
                  + " verify"),
          Map.entry("network", "archive concurrent failure"),
          Map.entry("npm", "archive failure"),
          Map.entry("oci", "archive concurrent failure"),
          Map.entry("publish", "engine export failure image oci registry report upstream"),
          Map.entry(
              "records",
              "archive attest attest.inputs cache concurrent failure fetch image layer lock oci"
                  + " registry report"),
          Map.entry("registry", "concurrent failure network oci registry.credentials report"),
          Map.entry("registry.credentials", "concurrent failure network oci"),
          Map.entry("registry.server", "archive failure oci"),
          Map.entry("report", "oci"),
          Map.entry("stability", ""),
          Map.entry("rootfs", "apk archive evidence failure oci"),
          Map.entry("run", "concurrent definition egress engine failure oci report security"),
          Map.entry("security", "definition egress failure oci"),
          Map.entry("upstream", "apk failure network npm oci registry report"),
          Map.entry("upstream.archive", "apk archive cache failure lock npm oci registry upstream"),
          Map.entry(
              "upstream.standin", "apk archive concurrent failure network oci report upstream"),
          Map.entry(
              "verify",
              "apk archive attest attest.sbom failure inspect.content npm oci registry report"));

  /** The packages at the end of a program, which use the entry points. */
  private static final Set<String> PROGRAMS = Set.of("maven");

  /** A package below another one counts as a package of its own. */
  @ParameterizedTest
  @MethodSource("packages")
  void usesOnlyAllowedPackages(String name) {
    List<String> allowed =
        new ArrayList<>(List.of(name.isEmpty() ? ROOT : at(name), at("stability")));
    if (PROGRAMS.contains(name)) {
      allowed.add(ROOT);
    }
    for (String other : Objects.requireNonNull(MAY_USE.get(name)).split(" ", -1)) {
      allowed.add(at(other));
    }
    noClasses()
        .that()
        .resideInAPackage(name.isEmpty() ? ROOT : at(name))
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..")
                .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
        .check(CLASSES);
  }

  static Set<String> packages() {
    return new TreeSet<>(MAY_USE.keySet());
  }

  @Test
  void everyPackageIsInTheTable() {
    Set<String> found = new TreeSet<>();
    CLASSES.forEach(each -> found.add(each.getPackageName()));

    assertThat(found)
        .isEqualTo(
            Stream.concat(MAY_USE.keySet().stream(), Stream.of("cli"))
                .map(name -> name.isEmpty() ? ROOT : at(name))
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void nothingUsesTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage(at("cli"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(at("cli"))
        .check(CLASSES);
  }

  /** Maven's API is on the class path of a plugin only. */
  @Test
  void onlyTheGoalsUseMaven() {
    noClasses()
        .that()
        .resideOutsideOfPackage(at("maven"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            at("maven"), "org.apache.maven..", "org.eclipse.aether..", "org.codehaus.plexus..")
        .check(CLASSES);
  }

  /** The library makes images without the packages of its other artifact, which pom.xml names. */
  @Test
  void theLibraryDoesWithoutItsTools() throws Exception {
    String pom = Files.readString(Path.of("pom.xml"));
    Matcher named =
        Pattern.compile("<tools.classes>.*sandbox/\\((.*?)\\).*</tools.classes>").matcher(pom);
    assertThat(named.find()).isTrue();
    String[] tools =
        Stream.of(named.group(1).split("\\|"))
            .map(each -> at(each.replace('/', '.')) + "..")
            .toArray(String[]::new);
    noClasses()
        .that(not(resideInAnyPackage(tools)))
        // Its methods have types of the package run, which a program without it cannot name.
        .and()
        .doNotHaveFullyQualifiedName(at("Sandbox"))
        // The connection to an engine is made only for a target in one, and its absence is caught.
        .and()
        .resideOutsideOfPackage(at("publish"))
        // Two classes, which are used only after a goal has added the tools to its class path.
        .and()
        .doNotHaveFullyQualifiedName(at("maven.DeclaredFile"))
        .and()
        .doNotHaveFullyQualifiedName(at("maven.Verification"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(tools)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(at("publish"))
        .should()
        .dependOnClassesThat(resideInAnyPackage(tools).and(not(resideInAPackage(at("engine")))))
        .check(CLASSES);
  }

  /** The verifier may read formats, but must not use the code that writes images. */
  @Test
  void theVerifierDoesNotUseTheBuilder() {
    noClasses()
        .that()
        .resideInAnyPackage(at("verify.."), at("inspect.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT,
            at("build"),
            at("definition"),
            at("lock"),
            at("fetch"),
            at("rootfs"),
            at("install.."),
            at("layer"),
            at("image"),
            at("publish"),
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
  void packagesWithThoseBelowThemAreFreeOfCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheStandInUsesCommonsCompress() {
    noClasses()
        .that()
        .resideOutsideOfPackage(at("upstream.standin"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.commons.compress..")
        .check(CLASSES);
  }

  @Test
  void onlyImageRegistryAndJibBaseUseJib() {
    noClasses()
        .that()
        .resideOutsideOfPackages(at("image"), at("registry.credentials"))
        .and()
        .doNotHaveFullyQualifiedName(at("JibBase"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.cloud.tools.jib..")
        .check(CLASSES);
  }

  /** A client made elsewhere would ignore the proxy and the certificates that the user named. */
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

  /** Tells whether a class is the product's, in the directory or jar of any build. */
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

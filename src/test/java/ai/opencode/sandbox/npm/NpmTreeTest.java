package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpmTreeTest {

  private static final ANpmTarball TOOL =
      ANpmTarball.named("tool", "2.0.0").withFile("bin/run.js", "#!/usr/bin/env node\n");

  @Test
  void writesEveryDirectoryBeforeItsContent() throws IOException {
    ANpmLock lock =
        ANpmLock.asking("@s/tool")
            .with(
                "node_modules/@s/tool",
                ANpmTarball.named("@s/tool").withFile("lib/a/b.js", ""),
                "\"bin\": {\"tool\": \"lib/a/b.js\"}");
    List<TarEntry> entries = onlyGroup(lock);

    assertThat(entries)
        .extracting(TarEntry::path)
        .containsExactly(
            "usr/local/lib",
            "usr/local/lib/node_modules",
            "usr/local/lib/node_modules/@s",
            "usr/local/lib/node_modules/@s/tool",
            "usr/local/lib/node_modules/@s/tool/package.json",
            "usr/local/lib/node_modules/@s/tool/lib",
            "usr/local/lib/node_modules/@s/tool/lib/a",
            "usr/local/lib/node_modules/@s/tool/lib/a/b.js",
            "usr/local/bin",
            "usr/local/bin/tool");
    assertThat(entries)
        .allSatisfy(
            entry -> {
              assertThat(entry.attributes().uid()).isZero();
              assertThat(entry.attributes().userName()).isEqualTo("root");
              assertThat(entry.attributes().modifiedSeconds()).isEqualTo(499_162_500);
              if (entry instanceof TarEntry.Directory) {
                assertThat(entry.attributes().mode()).isEqualTo(0755);
              }
            });
    assertThat(entries.get(9))
        .isInstanceOfSatisfying(
            TarEntry.SymbolicLink.class,
            link -> assertThat(link.target()).isEqualTo("../lib/node_modules/@s/tool/lib/a/b.js"));
  }

  @Test
  void linksCommandsOfNestedPackagesBesideThem() throws IOException {
    ANpmLock lock =
        ANpmLock.asking("top")
            .with(
                "node_modules/top",
                ANpmTarball.named("top"),
                "\"dependencies\": {\"tool\": \"2\", \"@s/other\": \"1\"}")
            .with("node_modules/top/node_modules/tool", TOOL, "\"bin\": {\"tool\": \"bin/run.js\"}")
            .with(
                "node_modules/top/node_modules/@s/other",
                ANpmTarball.named("@s/other").withFile("o", ""),
                "\"bin\": {\"other\": \"o\", \"absent\": \"no-such-file\"}");

    assertThat(links(onlyGroup(lock)))
        .containsExactly(
            "usr/local/lib/node_modules/top/node_modules/.bin/other -> ../@s/other/o",
            "usr/local/lib/node_modules/top/node_modules/.bin/tool -> ../tool/bin/run.js");
  }

  @Test
  void givesANestedCommandToTheFirstThatOffersIt() throws IOException {
    ANpmLock lock =
        ANpmLock.asking("top")
            .with(
                "node_modules/top",
                ANpmTarball.named("top"),
                "\"dependencies\": {\"a\": \"1\", \"b\": \"1\"}")
            .with(
                "node_modules/top/node_modules/b",
                ANpmTarball.named("b").withFile("x", ""),
                "\"bin\": {\"x\": \"x\"}")
            .with(
                "node_modules/top/node_modules/a",
                ANpmTarball.named("a").withFile("x", ""),
                "\"bin\": {\"x\": \"x\"}");

    assertThat(links(onlyGroup(lock)))
        .containsExactly("usr/local/lib/node_modules/top/node_modules/.bin/x -> ../a/x");
  }

  @ParameterizedTest
  @CsvSource({"a_b, a-b", "a-b, a.b", "a, B", "A, b", "@s/x, 7z", "~x, 1x", "a, a-a"})
  void sortsPackagesWithTheSameCommandAsWords(String first, String second) throws IOException {
    ANpmLock lock =
        ANpmLock.asking("top")
            .with(
                "node_modules/top",
                ANpmTarball.named("top"),
                "\"dependencies\": {\"%s\": \"1\", \"%s\": \"1\"}".formatted(first, second));
    for (String name : List.of(second, first)) {
      lock.with(
          "node_modules/top/node_modules/" + name,
          ANpmTarball.named(name).withFile("x", ""),
          "\"bin\": {\"x\": \"x\"}");
    }

    assertThat(links(onlyGroup(lock)))
        .containsExactly(
            "usr/local/lib/node_modules/top/node_modules/.bin/x -> ../" + first + "/x");
    assertThat(onlyGroup(lock))
        .filteredOn(each -> each.path().endsWith("/" + second + "/x"))
        .extracting(each -> each.attributes().mode())
        .containsExactly(0644);
  }

  @Test
  void refusesTwoGlobalCommandsOfOneName() {
    ANpmLock lock =
        ANpmLock.asking("a", "b")
            .with("node_modules/a", "\"bin\": {\"x\": \"x\"}")
            .with("node_modules/b", "\"bin\": {\"x\": \"y\"}");

    assertThatThrownBy(lock::tree)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("both a@1.0.0 and b@1.0.0 offer the command x");
  }

  @Test
  void refusesAGlobalCommandWithoutItsFile() {
    ANpmLock lock =
        ANpmLock.asking("tool").with("node_modules/tool", TOOL, "\"bin\": {\"tool\": \"gone\"}");

    assertThatThrownBy(() -> onlyGroup(lock))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("tool@2.0.0.tgz: the command tool points to gone");
  }

  @Test
  void refusesOtherBytesThanTheLockedOnes() {
    ANpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool", TOOL)
            .withTarball("node_modules/tool", TOOL.withFile("evil.js", "1").bytes());

    assertThatThrownBy(() -> onlyGroup(lock))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("expected " + TOOL.integrity());
  }

  @Test
  void noticesBytesAfterTheArchive() {
    byte[] tgz = TOOL.bytes();
    byte[] longer = java.util.Arrays.copyOf(tgz, tgz.length + tgz.length);
    System.arraycopy(tgz, 0, longer, tgz.length, tgz.length);
    ANpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool", TOOL)
            .withTarball("node_modules/tool", longer);

    assertThatThrownBy(() -> onlyGroup(lock)).isInstanceOf(VerificationException.class);
  }

  @Test
  void writesAProjectInADirectoryOfItsOwn() throws IOException {
    ANpmLock lock =
        ANpmLock.asking("top")
            .with(
                "node_modules/top", ANpmTarball.named("top"), "\"dependencies\": {\"tool\": \"2\"}")
            .with("node_modules/tool", TOOL, "\"bin\": {\"tool\": \"bin/run.js\"}");
    NpmFiles files = lock.files();
    NpmTree tree = NpmTree.of(NpmPlace.at("/opt/app"), files, NpmPlatform.musl("x64"));

    assertThat(tree.groups())
        .extracting(NpmLayerGroup::title)
        .containsExactly("top@1.0.0", "project /opt/app");
    List<TarEntry> packages =
        UnpackedTree.entries(UnpackedTree.tar(tree, tree.groups().get(0), lock.tarballs()));
    assertThat(packages)
        .extracting(TarEntry::path)
        .containsExactly(
            "opt/app/node_modules",
            "opt/app/node_modules/tool",
            "opt/app/node_modules/tool/package.json",
            "opt/app/node_modules/tool/bin",
            "opt/app/node_modules/tool/bin/run.js",
            "opt/app/node_modules/top",
            "opt/app/node_modules/top/package.json",
            "opt/app/node_modules/.bin",
            "opt/app/node_modules/.bin/tool");
    assertThat(links(packages))
        .containsExactly("opt/app/node_modules/.bin/tool -> ../tool/bin/run.js");
    byte[] own = UnpackedTree.tar(tree, tree.groups().get(1), lock.tarballs());
    assertThat(UnpackedTree.entries(own))
        .extracting(TarEntry::path, each -> each.attributes().mode())
        .containsExactly(
            tuple("opt/app/package-lock.json", 0644), tuple("opt/app/package.json", 0644));
    assertThat(new String(own, StandardCharsets.UTF_8))
        .contains(files.packageJson(), files.packageLock());
    assertThat(tree.places())
        .containsExactly(
            "opt/app/node_modules", "opt/app/package-lock.json", "opt/app/package.json");
    assertThat(tree.facts(tree.groups().get(0)))
        .extracting(NpmFacts::path)
        .containsExactly("opt/app/node_modules/tool", "opt/app/node_modules/top");
  }

  @Test
  void boundsTheNumberOfLayersOfALargeProject() {
    List<String> names = IntStream.range(0, 100).mapToObj(each -> "p" + each).toList();
    ANpmLock lock = ANpmLock.asking(names.toArray(String[]::new));
    names.forEach(each -> lock.with("node_modules/" + each, "\"dependencies\": {\"x\": \"1\"}"));
    NpmTree tree = lock.with("node_modules/x").tree();

    assertThat(tree.groups()).hasSizeBetween(2, 17);
    assertThat(tree.groups().get(0).title()).isEqualTo("p0@1.0.0 and 9 others");
    assertThat(tree.groups().stream().mapToInt(each -> each.packages().size()).sum())
        .isEqualTo(200);
  }

  @Test
  void putsEachPackageIntoTheGroupOfTheOneThatNeedsIt() {
    NpmFiles files =
        ANpmLock.asking("a", "b", "c")
            .with("node_modules/a", "\"dependencies\": {\"x\": \"1\", \"b\": \"1\"}")
            .with("node_modules/a/node_modules/x")
            .with(
                "node_modules/b",
                "\"dependencies\": {\"y\": \"1\"}, \"peerDependencies\": {\"p\": \"1\"}")
            .with("node_modules/b/node_modules/y")
            .with("node_modules/c", "\"peerDependencies\": {\"p\": \"1\"}")
            .with("node_modules/p", "\"peer\": true, \"dependencies\": {\"q\": \"1\"}")
            .with("node_modules/p/node_modules/q")
            .files();
    NpmTree tree = NpmTree.of(NpmPlace.at("/opt/app"), files, NpmPlatform.musl("x64"));

    assertThat(tree.groups())
        .extracting(NpmTreeTest::describe)
        .containsExactly(
            "shared dependencies: node_modules/p node_modules/p/node_modules/q",
            "a@1.0.0: node_modules/a node_modules/a/node_modules/x",
            "b@1.0.0: node_modules/b node_modules/b/node_modules/y",
            "c@1.0.0: node_modules/c",
            "project /opt/app: ");
  }

  @Test
  void unpacksBundledPackagesWithTheirCarrier() throws IOException {
    ANpmTarball carrier =
        ANpmTarball.named("top")
            .withFile("node_modules/inner/package.json", "{}")
            .withFile("node_modules/inner/i.js", "#!/usr/bin/env node\r\n");
    ANpmLock lock =
        ANpmLock.asking("top")
            .with("node_modules/top", carrier, "\"dependencies\": {\"inner\": \"1\"}")
            .withRaw(
                "node_modules/top/node_modules/inner",
                "{\"version\": \"1.0.0\", \"inBundle\": true, \"bin\": {\"inner\": \"i.js\"}}");
    List<TarEntry> entries = onlyGroup(lock);

    assertThat(links(entries))
        .containsExactly("usr/local/lib/node_modules/top/node_modules/.bin/inner -> ../inner/i.js");
    NpmTree tree = lock.tree();
    assertThat(tree.facts(tree.groups().get(0)))
        .containsExactly(
            new NpmFacts(
                "usr/local/lib/node_modules/top",
                "top",
                "1.0.0",
                Optional.of(carrier.integrity()),
                Optional.empty()),
            new NpmFacts(
                "usr/local/lib/node_modules/top/node_modules/inner",
                "inner",
                "1.0.0",
                Optional.empty(),
                Optional.empty()));
    assertThat(entries)
        .filteredOn(entry -> entry.path().endsWith("i.js"))
        .extracting(entry -> entry.attributes().mode())
        .containsExactly(0755);
  }

  @Test
  void refusesPackagesInATarballThatTheLockDoesNotList() {
    for (String path :
        List.of(
            "node_modules/evil/index.js",
            "node_modules/@s/evil/index.js",
            "node_modules/inner/node_modules/evil/index.js",
            "node_modules/innermost/index.js",
            "node_modules/index.js",
            "node_modules/.bin/x")) {
      ANpmLock lock =
          ANpmLock.asking("top")
              .with("node_modules/top", ANpmTarball.named("top").withFile(path, ""))
              .withRaw(
                  "node_modules/top/node_modules/inner",
                  "{\"version\": \"1.0.0\", \"inBundle\": true}");

      assertThatThrownBy(() -> onlyGroup(lock))
          .as(path)
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("does not list as bundled");
    }
  }

  @Test
  void givesTheSameBytesForTheSameRecipe() throws IOException {
    ANpmLock lock =
        ANpmLock.asking("tool")
            .with("node_modules/tool", TOOL, "\"bin\": {\"tool\": \"bin/run.js\"}");
    NpmTree tree = lock.tree();
    NpmLayerGroup group = tree.groups().get(0);
    NpmTree withoutBin = ANpmLock.asking("tool").with("node_modules/tool", TOOL).tree();

    assertThat(UnpackedTree.tar(tree, group, lock.tarballs()))
        .isEqualTo(UnpackedTree.tar(lock.tree(), group, lock.tarballs()));
    assertThat(tree.ingredients(group))
        .anyMatch(each -> each.tarball().equals(TOOL.integrity()))
        .isEqualTo(lock.tree().ingredients(lock.tree().groups().get(0)))
        .isNotEqualTo(withoutBin.ingredients(withoutBin.groups().get(0)));
  }

  @Test
  void extractsOntoABaseThatHasOnlyUsrLocal(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("usr/local"));
    ANpmLock lock =
        ANpmLock.asking("other", "tool")
            .with("node_modules/tool", TOOL, "\"bin\": {\"tool\": \"bin/run.js\"}")
            .with("node_modules/other", ANpmTarball.named("other"));
    NpmTree tree = lock.tree();
    for (NpmLayerGroup group : tree.groups()) {
      UnpackedTree.extract(UnpackedTree.tar(tree, group, lock.tarballs()), root);
    }

    assertThat(root.resolve("usr/local/bin/tool").toRealPath())
        .isExecutable()
        .content(StandardCharsets.UTF_8)
        .startsWith("#!/usr/bin/env node");
  }

  private static String describe(NpmLayerGroup group) {
    return group.title()
        + ": "
        + String.join(
            " ", group.packages().stream().map(each -> each.installPath().toString()).toList());
  }

  private static List<TarEntry> onlyGroup(ANpmLock lock) throws IOException {
    NpmTree tree = lock.tree();
    assertThat(tree.groups()).hasSize(1);
    return UnpackedTree.entries(UnpackedTree.tar(tree, tree.groups().get(0), lock.tarballs()));
  }

  private static List<String> links(List<TarEntry> entries) {
    return entries.stream()
        .filter(TarEntry.SymbolicLink.class::isInstance)
        .map(TarEntry.SymbolicLink.class::cast)
        .map(link -> link.path() + " -> " + link.target())
        .toList();
  }
}

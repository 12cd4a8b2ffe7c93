package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.ResolutionException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The places that packages of an ordinary lock get in a global installation. */
class GlobalShapeTest {

  @Test
  void placesDependenciesBelowThePackagesThatNeedThem() {
    NpmLock lock =
        ANpmLock.asking("a", "b")
            .with("node_modules/a", "\"dependencies\": {\"x\": \"1\"}")
            .with("node_modules/b", "\"dependencies\": {\"x\": \"1\"}")
            .with("node_modules/x", "\"dependencies\": {\"y\": \"1\"}")
            .with("node_modules/y")
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly(
            "node_modules/a",
            "node_modules/a/node_modules/x",
            "node_modules/a/node_modules/y",
            "node_modules/b",
            "node_modules/b/node_modules/x",
            "node_modules/b/node_modules/y");
    requireSame(lock, shaped(lock));
  }

  @Test
  void leavesAShallowLockAsItIs() {
    NpmLock lock =
        ANpmLock.asking("a")
            .with("node_modules/a", "\"dependencies\": {\"x\": \"1\"}")
            .with("node_modules/a/node_modules/x", "\"dependencies\": {\"y\": \"1\"}")
            .with("node_modules/a/node_modules/x/node_modules/y")
            .parse();

    assertThat(shaped(lock).packages()).isEqualTo(lock.packages());
  }

  @Test
  void sharesARequestedPackageThatOthersNeed() {
    NpmLock lock =
        ANpmLock.asking("a", "b")
            .with("node_modules/a", "\"dependencies\": {\"b\": \"1\", \"x\": \"1\"}")
            .with("node_modules/b")
            .with("node_modules/x", "\"dependencies\": {\"b\": \"1\"}")
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly("node_modules/a", "node_modules/a/node_modules/x", "node_modules/b");
  }

  @Test
  void placesPeersThatNobodyRequestsBelowThePackagesThatExpectThem() {
    NpmLock lock =
        ANpmLock.asking("a", "b", "q")
            .with("node_modules/a", "\"peerDependencies\": {\"p\": \"1\", \"q\": \"1\"}")
            .with("node_modules/b", "\"peerDependencies\": {\"p\": \"1\"}")
            .with("node_modules/p", "\"peer\": true, \"peerDependencies\": {\"q\": \"1\"}")
            .with("node_modules/q")
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly(
            "node_modules/a",
            "node_modules/a/node_modules/p",
            "node_modules/b",
            "node_modules/b/node_modules/p",
            "node_modules/q");
  }

  /** The tree of a lock has y 2 for x, and y 1 for a alone; both cannot be beside x below a. */
  @Test
  void findsTheSameVersionsAsInTheLock() {
    NpmLock lock =
        ANpmLock.asking("a")
            .with("node_modules/a", "\"dependencies\": {\"x\": \"1\", \"y\": \"1\"}")
            .with("node_modules/a/node_modules/y")
            .with("node_modules/x", "\"dependencies\": {\"y\": \"2\", \"z\": \"1\"}")
            .with("node_modules/y", "\"version\": \"2.0.0\"")
            .with("node_modules/z", "\"dependencies\": {\"y\": \"2\"}")
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly(
            "node_modules/a",
            "node_modules/a/node_modules/x",
            "node_modules/a/node_modules/x/node_modules/y",
            "node_modules/a/node_modules/y",
            "node_modules/a/node_modules/z",
            "node_modules/a/node_modules/z/node_modules/y");
    requireSame(lock, shaped(lock));
  }

  @Test
  void hidesNothingThatAnotherPackageHasFound() {
    NpmLock lock =
        ANpmLock.asking("a", "y")
            .with("node_modules/a", "\"dependencies\": {\"b\": \"1\", \"c\": \"1\"}")
            .with("node_modules/b", "\"dependencies\": {\"y\": \"1\"}")
            .with("node_modules/c", "\"dependencies\": {\"y\": \"2\"}")
            .with("node_modules/c/node_modules/y", "\"version\": \"2.0.0\"")
            .with("node_modules/y")
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly(
            "node_modules/a",
            "node_modules/a/node_modules/b",
            "node_modules/a/node_modules/c",
            "node_modules/a/node_modules/c/node_modules/y",
            "node_modules/y");
    requireSame(lock, shaped(lock));
  }

  @Test
  void usesAnOptionalPeerOnlyIfItIsThere() {
    String peer =
        "\"peerDependencies\": {\"p\": \"1\"}, \"peerDependenciesMeta\": {\"p\": {\"optional\": true}}";
    NpmLock lock =
        ANpmLock.asking("a", "b")
            .with("node_modules/a", "\"dependencies\": {\"x\": \"1\"}")
            .with("node_modules/b", "\"dependencies\": {\"p\": \"1\", \"x\": \"1\"}")
            .with("node_modules/p")
            .with("node_modules/x", peer)
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly(
            "node_modules/a",
            "node_modules/a/node_modules/x",
            "node_modules/b",
            "node_modules/b/node_modules/p",
            "node_modules/b/node_modules/x");
  }

  @Test
  void movesBundledPackagesWithTheirCarrier() {
    NpmLock lock =
        ANpmLock.asking("a")
            .with("node_modules/a", "\"dependencies\": {\"x\": \"1\"}")
            .with("node_modules/x", "\"dependencies\": {\"in\": \"1\"}")
            .withRaw(
                "node_modules/x/node_modules/in", "{\"version\": \"1.0.0\", \"inBundle\": true}")
            .withRaw(
                "node_modules/x/node_modules/in/node_modules/deep",
                "{\"version\": \"1.0.0\", \"inBundle\": true}")
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly(
            "node_modules/a",
            "node_modules/a/node_modules/x",
            "node_modules/a/node_modules/x/node_modules/in",
            "node_modules/a/node_modules/x/node_modules/in/node_modules/deep");
  }

  @Test
  void endsWithPackagesThatNeedEachOther() {
    NpmLock lock =
        ANpmLock.asking("a")
            .with("node_modules/a", "\"dependencies\": {\"x\": \"1\"}")
            .with("node_modules/x", "\"dependencies\": {\"y\": \"1\", \"a\": \"1\"}")
            .with("node_modules/y", "\"dependencies\": {\"x\": \"1\", \"a\": \"1\"}")
            .parse();

    assertThat(places(shaped(lock)))
        .containsExactly(
            "node_modules/a", "node_modules/a/node_modules/x", "node_modules/a/node_modules/y");
  }

  @Test
  void refusesATreeWithTooManyCopies() {
    ANpmLock lock = ANpmLock.asking(names("a"));
    String all =
        "\"dependencies\": {"
            + String.join(", ", List.of(names("x"))).replaceAll("(x[0-9]+)", "\"$1\": \"1\"")
            + "}";
    for (String each : names("a")) {
      lock.with("node_modules/" + each, all);
    }
    for (String each : names("x")) {
      lock.with("node_modules/" + each);
    }

    assertThatThrownBy(() -> shaped(lock.parse()))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("more than 20000 packages, or deeper than 64 levels")
        .hasMessageContaining("Install the project in a directory");
  }

  /** Each version needs the next one of the same name, so none can be beside the one before. */
  @Test
  void refusesATreeThatIsTooDeep() {
    String needs = "\"dependencies\": {\"a\": \"1\"}";
    ANpmLock lock = ANpmLock.asking("top").with("node_modules/top", needs);
    String place = "node_modules/a";
    for (int depth = 1; depth < 64; depth++) {
      lock.with(place, needs);
      place += "/node_modules/a";
    }
    lock.with(place);

    assertThatThrownBy(() -> shaped(lock.parse()))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("deeper than 64 levels");
  }

  @Test
  void refusesToTakeABundledPackageOutOfItsCarrier() {
    ANpmLock lock =
        ANpmLock.asking("a", "x")
            .with("node_modules/a", "\"dependencies\": {\"y\": \"1\"}")
            .with("node_modules/y", "\"dependencies\": {\"z\": \"1\"}")
            .with("node_modules/y/node_modules/z", "\"dependencies\": {\"in\": \"1\"}")
            .withRaw(
                "node_modules/y/node_modules/in", "{\"version\": \"1.0.0\", \"inBundle\": true}")
            .with("node_modules/x");

    assertThatThrownBy(() -> shaped(lock.parse()))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("node_modules/y/node_modules/in is bundled")
        .hasMessageContaining("Install the project in a directory");
  }

  private static String[] names(String start) {
    String[] names = new String[150];
    for (int i = 0; i < names.length; i++) {
      names[i] = start + i;
    }
    return names;
  }

  private static NpmLock shaped(NpmLock lock) {
    return GlobalShape.of(lock.forPlatform(NpmPlatform.musl("x64")));
  }

  private static List<String> places(NpmLock lock) {
    return lock.packages().stream().map(each -> each.installPath().toString()).toList();
  }

  /** Compares what each package finds, by versions, with what any package of its name finds. */
  private static void requireSame(NpmLock lock, NpmLock shaped) {
    for (LockedNpmPackage each : shaped.packages()) {
      LockedNpmPackage original =
          lock.packages().stream()
              .filter(one -> one.id().equals(each.id()))
              .findFirst()
              .orElseThrow();
      for (String name : new TreeSet<>(each.requirements().required())) {
        assertThat(shaped.resolve(each.installPath(), name).orElseThrow().id())
            .as("%s of %s", name, each.installPath())
            .isEqualTo(lock.resolve(original.installPath(), name).orElseThrow().id());
      }
    }
  }
}

package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.npm.ATarballSource;
import ai.opencode.sandbox.npm.NpmFiles;
import ai.opencode.sandbox.npm.NpmPlace;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.npm.TarballSource;
import java.io.ByteArrayInputStream;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** npm packages {@code one} and {@code two}, each of which is a group of its own. */
final class SmallNpmTree {

  private static final Map<String, ANpmTarball> TARBALLS =
      Map.of("one", ANpmTarball.named("one"), "two", ANpmTarball.named("two"));

  private final AtomicInteger opened = new AtomicInteger();
  private final CountDownLatch both = new CountDownLatch(TARBALLS.size());

  NpmTree global() {
    return tree(NpmPlace.GLOBAL, "p");
  }

  NpmTree at(String directory) {
    return tree(NpmPlace.at(directory), "p");
  }

  /**
   * Returns the tree of a project of another name, which has the same packages.
   *
   * @param directory the absolute path of its directory
   */
  NpmTree named(String name, String directory) {
    return tree(NpmPlace.at(directory), name);
  }

  private static NpmTree tree(NpmPlace place, String name) {
    String asked = "\"dependencies\": {\"one\": \"1.0.0\", \"two\": \"1.0.0\"}";
    String lock =
        "{\"lockfileVersion\": 3, \"packages\": {\"\": {%s}, %s, %s}}"
            .formatted(asked, entry("one"), entry("two"));
    String project = "{\"name\": \"%s\", %s}".formatted(name, asked);
    return NpmTree.of(place, new NpmFiles(project, lock), NpmPlatform.musl("x64"));
  }

  private static String entry(String name) {
    return "\"node_modules/%s\": {\"version\": \"1.0.0\", \"integrity\": \"%s\"}"
        .formatted(name, Objects.requireNonNull(TARBALLS.get(name)).integrity());
  }

  TarballSource tarballs() {
    return new ATarballSource(
        locked -> {
          opened.incrementAndGet();
          both.countDown();
          return new ByteArrayInputStream(
              Objects.requireNonNull(TARBALLS.get(locked.name())).bytes());
        });
  }

  /** Waits until both tarballs were opened; returns false if nothing opens them. */
  boolean awaitBoth() throws InterruptedException {
    return both.await(20, TimeUnit.SECONDS);
  }

  /** Returns how often a tarball was read. */
  int opened() {
    return opened.get();
  }
}

package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images of this build with trojans where verify makes exceptions: npm's packages, their
 * commands, and the files that the product adds.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@RequiresImages
class TrojanIT {

  private static final ImageVerifier VERIFIER = new ImageVerifier(RegistryAccess.standard());
  private static final Path LAYOUT =
      Path.of(System.getProperty("sandbox.contract.layout", "target/images"));
  private static final String MODULES = "usr/local/lib/node_modules/";

  /** A trojan that is independent of the others. */
  private record Trojan(String says, String where, Consumer<ACopy> change) {}

  private static Trojan file(String path) {
    return new Trojan(
        "a file: " + path, "/" + path, image -> image.file(path, 0755, "#!/bin/sh\n"));
  }

  private static Trojan link(String path, String target) {
    return new Trojan(
        "a link: " + path + " to " + target,
        "/" + path,
        image -> image.entry(new TarEntry.SymbolicLink(path, Attributes.of(0777), target)));
  }

  private static final List<Trojan> BASE =
      List.of(
          file("usr/local/bin/node"),
          file("usr/local/bin/git"),
          file("usr/local/sbin/sh"),
          file("home/opencode/.local/bin/curl"),
          file("home/opencode/.bashrc"),
          file("etc/gitconfig"),
          file("etc/profile"),
          file("etc/ld.so.preload"),
          file("usr/local/share/x"),
          file("usr/local/lib/node_modules/typescript/package.json"),
          file("usr/local/lib/opencode-sandbox/global-modules.cjs"),
          link("usr/local/bin/bash", "/bin/busybox"),
          link("usr/sbin/git", "/bin/busybox"));

  private static final List<Trojan> DEVELOPER =
      List.of(
          file("usr/local/lib/opencode-sandbox/global-modules.cjs"),
          file("usr/local/lib/opencode-sandbox/second.cjs"),
          file(MODULES + "evil/package.json"),
          file(MODULES + "index.js"),
          file(MODULES + ".bin/tsc"),
          file(MODULES + "tsx/node_modules/evil/index.js"),
          file(MODULES + "tsx/node_modules/.bin/git"),
          file("usr/local/bin/node"),
          file("usr/local/bin/tsx"),
          link("usr/local/bin/git", "../lib/node_modules/tsx/dist/cli.mjs"),
          link("usr/local/bin/tsc", "../lib/node_modules/tsx/dist/cli.mjs"),
          link("usr/local/bin/anthropic-ai-sdk", "/workspace/cli"),
          link(MODULES + "tsx/dist/more", "/workspace"),
          link(MODULES + "zod", "/workspace/zod"),
          new Trojan(
              "another version of a package",
              "typescript",
              image ->
                  image.edit(
                      MODULES + "typescript/package.json", "\"version\": \"", "\"version\": \"1")),
          new Trojan(
              "a byte of a package's file is another",
              "/" + MODULES + "@anthropic-ai/sdk",
              image ->
                  image.edit(
                      MODULES + "@anthropic-ai/sdk/index.js", "\"use strict\"", "'use strict'")),
          new Trojan(
              "a file of a package is gone",
              "/" + MODULES + "@modelcontextprotocol/sdk",
              image -> image.remove(MODULES + "@modelcontextprotocol/sdk/LICENSE")),
          new Trojan(
              "a file of a package has another mode",
              "/" + MODULES + "typescript",
              image -> image.attributes(MODULES + "typescript/LICENSE", a -> a.withMode(0755))),
          new Trojan(
              "a file more in a package",
              "/" + MODULES + "tsx",
              image -> image.file(MODULES + "tsx/dist/more.cjs", 0644, "")),
          new Trojan(
              "a file of a package is another's",
              "/" + MODULES + "tsx/package.json",
              image -> image.attributes(MODULES + "tsx/package.json", a -> a.withOwner(0, 42))),
          new Trojan(
              "Node.js runs another file first",
              "NODE_OPTIONS",
              image -> image.environment("NODE_OPTIONS", "--require=" + "/tmp/x.cjs")));

  @TestFactory
  Stream<DynamicTest> areNamedInTheBaseImage(@TempDir Path folder) throws IOException {
    return named(BASE, "opencode-sandbox-base", folder);
  }

  @TestFactory
  Stream<DynamicTest> areNamedInTheDeveloperImage(@TempDir Path folder) throws IOException {
    return named(DEVELOPER, "opencode-sandbox-developer", folder);
  }

  private static Stream<DynamicTest> named(List<Trojan> trojans, String name, Path folder)
      throws IOException {
    ACopy copy = ACopy.of(LAYOUT, name);
    trojans.forEach(each -> each.change.accept(copy));
    List<String> places =
        VERIFIER.verify(copy.in(folder), Platform.host()).findings().stream()
            .map(Finding::where)
            .toList();
    List<DynamicTest> tests = new ArrayList<>();
    for (Trojan each : trojans) {
      tests.add(dynamicTest(each.says, () -> assertThat(places).contains(each.where)));
    }
    return tests.stream();
  }
}

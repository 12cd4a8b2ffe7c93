package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.PackageIndex;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.SignedIndex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Alpine's real indexes, alone and combined, with the roots that requests start from. */
final class RealIndexes {

  /** A root with its installed packages. */
  record Root(String name, String installed, String world, List<ApkPackage> packages) {}

  /**
   * The repositories and roots of a request.
   *
   * @param weight the share of requests, in percent
   */
  record Scenario(
      String name,
      int weight,
      String architecture,
      List<Repository> repositories,
      List<Root> roots) {

    /** The lines of {@code /etc/apk/repositories}. */
    String lines() {
      StringBuilder lines = new StringBuilder();
      for (Repository repository : repositories) {
        lines.append(repository.tag() == null ? "" : "@" + repository.tag() + " ");
        lines.append(repository.location()).append('\n');
      }
      return lines.toString();
    }
  }

  private static final Map<String, String> SIGNED =
      Map.of(
          "/main", "v3.18-x86_64-main",
          "/community", "v3.18-x86_64-community",
          "/iso", "v3.23.3-x86_64-iso",
          "/arm", "v3.17-aarch64-main");

  private final Map<String, List<ApkPackage>> packages = new LinkedHashMap<>();
  private final String oldText;

  RealIndexes() throws IOException {
    Keyring keys = Keyring.from(SharedData.path("keys/alpine"));
    for (Map.Entry<String, String> each : SIGNED.entrySet()) {
      try (InputStream in = Files.newInputStream(index(each.getValue()))) {
        packages.put(each.getKey(), SignedIndex.read(in, each.getValue(), keys).packages());
      }
    }
    // Another release for the same machine as the others: that of 3.17, signed anew.
    StringBuilder text = new StringBuilder();
    for (ApkPackage pkg : packages("/arm")) {
      text.append(
              pkg.toBuilder()
                  .with('A', "x86_64")
                  .build()
                  .toRecord()
                  .replace("musl-aarch64", "musl-x86_64"))
          .append('\n');
    }
    oldText = text.toString();
    byte[] bytes = oldText.getBytes(StandardCharsets.UTF_8);
    packages.put("/old", PackageIndex.parse(new ByteArrayInputStream(bytes), "/old").packages());
  }

  private List<ApkPackage> packages(String location) {
    return Objects.requireNonNull(packages.get(location));
  }

  private static Path index(String name) {
    return SharedData.path("index/" + name + "/APKINDEX.tar.gz");
  }

  /** Returns all scenarios with some roots. */
  List<Scenario> scenarios(List<Root> roots) throws IOException {
    Root empty = new Root("empty", "", "", List.of());
    List<Root> all = new ArrayList<>(roots);
    all.add(empty);
    Root arm =
        root(
            "arm",
            Files.readString(SharedData.path("vectors/mini-3.17.10-aarch64/installed")),
            Files.readString(SharedData.path("vectors/mini-3.17.10-aarch64/world")));
    return List.of(
        scenario("one release, main", 14, all, "/main"),
        scenario("one release, main and community", 10, all, "/main", "/community"),
        scenario("another release for another machine", 8, List.of(arm, empty), "/arm"),
        scenario("the release of the newer root", 8, roots, "/iso"),
        scenario("two releases", 12, all, "/main", "/old"),
        scenario("two releases, the newer one small", 8, all, "/iso", "/main"),
        scenario("community with a tag", 10, all, "/main", "@com /community"),
        scenario("an older release with a tag", 14, all, "/main", "@old /old"),
        scenario("a newer release with a tag", 10, all, "/main", "@iso /iso"),
        scenario("two tags", 6, all, "/iso", "@old /old", "@main /main"));
  }

  static Root root(String name, String installed, String world) throws IOException {
    byte[] bytes = installed.getBytes(StandardCharsets.UTF_8);
    return new Root(
        name,
        installed,
        world,
        InstalledDatabase.parse(new ByteArrayInputStream(bytes), name).packages().stream()
            .map(InstalledPackage::pkg)
            .toList());
  }

  private Scenario scenario(String name, int weight, List<Root> roots, String... lines) {
    List<Repository> repositories = new ArrayList<>();
    for (String line : lines) {
      int space = line.indexOf(' ');
      @Nullable String tag = space < 0 ? null : line.substring(1, space);
      String location = line.substring(space + 1);
      repositories.add(new Repository(new RepositoryLocation(location), tag, packages(location)));
    }
    String architecture = lines[0].equals("/arm") ? "aarch64" : "x86_64";
    return new Scenario(name, weight, architecture, repositories, roots);
  }

  /** Puts the indexes and their keys into a real apk's root. */
  void install(RealApk apk) throws IOException {
    Path keys = Files.createDirectories(apk.path("keys"));
    try (var list = Files.list(SharedData.path("keys/alpine"))) {
      for (Path key : list.toList()) {
        Files.copy(key, keys.resolve(key.getFileName().toString()));
      }
    }
    for (Map.Entry<String, String> each : SIGNED.entrySet()) {
      String architecture = each.getKey().equals("/arm") ? "aarch64" : "x86_64";
      Path directory =
          Files.createDirectories(apk.path(each.getKey().substring(1)).resolve(architecture));
      Files.copy(index(each.getValue()), directory.resolve("APKINDEX.tar.gz"));
    }
    ASigningKey key = ASigningKey.named("test.rsa.pub");
    Files.write(keys.resolve(key.name()), key.pem());
    Path directory = Files.createDirectories(apk.path("old/x86_64"));
    Files.write(
        directory.resolve("APKINDEX.tar.gz"), ARepository.in(directory).signed(key).index(oldText));
  }
}

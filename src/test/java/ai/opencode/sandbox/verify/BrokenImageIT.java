package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.inspect.content.AnElf;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The image that this build made, broken in the ways in which somebody would break it. Independent
 * defects are made all at once, because every finding must be reported, not only the first; {@link
 * BrokenImageTest} breaks one thing at a time, in an image of a few kilobytes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@RequiresImages
class BrokenImageIT {

  private static final ImageVerifier VERIFIER = new ImageVerifier(RegistryAccess.standard());
  private static final Path LAYOUT =
      Path.of(System.getProperty("sandbox.contract.layout", "target/images"));
  private static final Attributes PLAIN = Attributes.of(0644);

  /** The expected finding. */
  private record Expected(String id, String where) {}

  /** A defect of an image. */
  private record Defect(
      String says, String id, Function<ACopy, String> change, List<Expected> also) {

    Defect and(String otherId, String where) {
      List<Expected> more = new ArrayList<>(also);
      more.add(new Expected(otherId, where));
      return new Defect(says, id, change, List.copyOf(more));
    }

    @Override
    public String toString() {
      return says + " (" + id + ")";
    }
  }

  private static Defect defect(String says, String id, Function<ACopy, String> change) {
    return new Defect(says, id, change, List.of());
  }

  private static Defect defect(
      String says, String id, String where, Function<ACopy, ACopy> change) {
    return new Defect(
        says,
        id,
        image -> {
          assertThat(change.apply(image)).isSameAs(image);
          return where;
        },
        List.of());
  }

  @Test
  void theImageAsItIsHasNoFinding() throws IOException {
    for (ImageSource source : VERIFIER.images(new ImageSource.OciDirectory(LAYOUT, null))) {
      for (Platform platform : VERIFIER.platforms(source)) {
        assertThat(VERIFIER.verify(source, platform).findings()).as("%s", source).isEmpty();
      }
    }
  }

  private static final List<Defect> FILES =
      List.of(
          defect(
                  "a library of a package is removed",
                  "database-file",
                  image -> {
                    String library = image.path("(usr/)?lib/.*libcurl\\.so\\.4.*");
                    image.remove(library);
                    return "/" + library;
                  })
              .and("elf-library", "/usr/bin/curl"),
          defect(
              "a program gets capabilities",
              "file-capability",
              "/bin/nano",
              image ->
                  image.attributes(
                      "bin/nano",
                      a -> a.withPax(Map.of("SCHILY.xattr.security.capability", "\001")))),
          defect(
              "a link leads nowhere",
              "dangling-link",
              "/usr/bin/pip",
              image ->
                  image.entry(
                      new TarEntry.SymbolicLink("usr/bin/pip", Attributes.of(0777), "../no/pip"))),
          defect(
              "the CA bundle is another",
              "database-checksum",
              "/etc/ssl/certs/ca-certificates.crt",
              image ->
                  image.file("etc/ssl/certs/ca-certificates.crt", 0644, "-----BEGIN CERTIFICATE")),
          defect(
                  "a program belongs to the user",
                  "system-writable",
                  "/bin/nano",
                  image -> image.attributes("bin/nano", a -> a.withOwner(1000, 1000)))
              .and("database-owner", "/bin/nano"),
          defect(
              "everybody may write to a directory without the sticky bit",
              "world-writable",
              "/var/spool/new",
              image ->
                  image
                      .entry(new TarEntry.Directory("var/spool", Attributes.of(0755)))
                      .entry(new TarEntry.Directory("var/spool/new", Attributes.of(0777)))),
          defect(
                  "a file of an unknown user",
                  "unknown-owner",
                  "/etc/leftover",
                  image -> image.file("etc/leftover", PLAIN.withOwner(4711, 4711), new byte[0]))
              .and("unowned-file", "/etc/leftover"),
          defect(
              "a cache of apk is left behind",
              "unowned-file",
              "/var/cache/apk/APKINDEX.tar.gz",
              image -> {
                for (String directory : List.of("var", "var/cache", "var/cache/apk")) {
                  image.entry(new TarEntry.Directory(directory, Attributes.of(0755)));
                }
                return image.file("var/cache/apk/APKINDEX.tar.gz", 0644, "index");
              }),
          defect(
              "a file is left in /tmp",
              "unowned-file",
              "/tmp/build.log",
              image -> image.file("tmp/build.log", 0644, "log")),
          defect(
              "a private key is left in the home",
              "unowned-file",
              "/home/opencode/id_rsa",
              image -> image.file("home/opencode/id_rsa", 0600, "-----BEGIN PRIVATE KEY-----")),
          defect(
              "a layer hides what is not there",
              "layer-entry",
              "/usr/bin/never",
              image -> image.remove("usr/bin/never")),
          defect(
              "a program is for another machine",
              "elf-architecture",
              "/usr/bin/foreign",
              image ->
                  image.file(
                      "usr/bin/foreign",
                      Attributes.of(0755),
                      AnElf.program("/lib/ld-linux-aarch64.so.1")
                          .machine(Architecture.ARM64.elfMachine())
                          .bytes())),
          defect(
              "a program's loader is not there",
              "elf-interpreter",
              "/usr/bin/strange",
              image ->
                  image.file(
                      "usr/bin/strange",
                      Attributes.of(0755),
                      AnElf.program("/lib/ld-none.so.1").bytes())),
          defect(
              "a library lies where RPATH does not lead",
              "elf-library",
              "/usr/bin/lost",
              image ->
                  image.file(
                      "usr/bin/lost",
                      Attributes.of(0755),
                      AnElf.library("lost").rpath("/opt/none").needing("libnone.so.1").bytes())),
          defect(
              "an ELF file is cut short",
              "elf-malformed",
              "/usr/bin/half",
              image ->
                  image.file(
                      "usr/bin/half",
                      Attributes.of(0755),
                      Arrays.copyOf(AnElf.program("/lib/ld-none.so.1").bytes(), 80))),
          defect(
              "a script's interpreter is not there",
              "script-interpreter",
              "/usr/bin/script",
              image -> image.file("usr/bin/script", 0755, "#!/usr/bin/perl6\n")),
          defect(
                  "a package's file is removed",
                  "database-file",
                  "/usr/bin/git",
                  image -> image.remove("usr/bin/git"))
              .and("program", "git"),
          defect(
              "the home belongs to root",
              "directory",
              "/home/opencode",
              image -> image.entry(new TarEntry.Directory("home/opencode", Attributes.of(0770)))),
          defect(
              "the workspace is for its owner alone",
              "directory",
              "/workspace",
              image ->
                  image.entry(
                      new TarEntry.Directory(
                          "workspace", Attributes.of(0700).withOwner(1000, 0).withNames("", "")))));

  private static final List<Defect> DATABASE =
      List.of(
          defect(
              "a package twice",
              "database-duplicate",
              "nano",
              image -> {
                String record = record(image, "nano");
                return image.edit(database(image), record, record + "\n\n" + record);
              }),
          defect(
              "a record names a file that is not there",
              "database-file",
              image -> {
                image.edit(database(image), "\nR:tini\n", "\nR:tini\nR:tini-static\n");
                return "/sbin/tini-static";
              }),
          defect(
              "a package depends on another one",
              "database-dependency",
              "vim",
              image -> {
                String record = record(image, "vim");
                return image.edit(
                    database(image), record, record.replace("\nD:", "\nD:nothing-has-this "));
              }),
          defect(
                  "somebody asked for something that is not installed",
                  "world",
                  "emacs",
                  image -> image.edit("etc/apk/world", "nano\n", "emacs\n"))
              .and("database-orphan", "nano"));

  private static String database(ACopy image) {
    return image.path("(usr/)?lib/apk/db/installed");
  }

  private static String record(ACopy image, String name) {
    return Stream.of(image.text(database(image)).split("\n\n", -1))
        .filter(each -> ("\n" + each + "\n").contains("\nP:" + name + "\n"))
        .findFirst()
        .orElseThrow();
  }

  private static final List<Defect> ACCOUNTS =
      List.of(
          defect(
              "the user has no line in passwd",
              "account",
              "/etc/passwd",
              image -> image.edit("etc/passwd", "opencode:x:1000:", "other:x:1000:")),
          defect(
              "the group is gone",
              "account",
              "/etc/group",
              image -> image.edit("etc/group", "opencode:x:1000", "other:x:1000")),
          defect(
              "root needs no password",
              "password",
              "/etc/shadow",
              image -> image.edit("etc/shadow", "root:*:", "root::")));

  private static final List<Defect> SETTINGS =
      List.of(
          defect(
              "a label is gone",
              "labels",
              "org.opencontainers.image.licenses",
              image ->
                  image.settings(
                      s ->
                          s.withObjectProperty("Labels")
                              .remove("org.opencontainers.image.licenses"))),
          defect(
              "the annotations are gone",
              "annotations",
              "manifest ",
              image -> image.annotations(Map.of())));

  private static final List<Defect> DOCUMENTS =
      List.of(
          defect(
              "a diff ID is another",
              "diff-id",
              "layer 1",
              image -> image.diffId(0, Digest.sha256("other"))),
          defect(
              "a descriptor has another size",
              "blob-size",
              "layer 1",
              image ->
                  image.lowest(
                      d ->
                          new Descriptor(
                              d.mediaType(),
                              d.digest(),
                              d.size() + 1,
                              d.annotations(),
                              d.platform()))),
          defect(
              "a descriptor has another type",
              "media-type",
              "layer 1",
              image ->
                  image.lowest(
                      d -> d.withMediaType("application/vnd.oci.image.layer.v1.tar+zstd"))),
          defect(
              "the configuration is for another platform",
              "platform",
              "configuration",
              image ->
                  image.platform(
                      Platform.host().equals(Platform.LINUX_AMD64)
                          ? Platform.LINUX_ARM64
                          : Platform.LINUX_AMD64)));

  private static final List<Defect> NPM =
      List.of(
          defect(
                  "an npm package is gone",
                  "npm-package",
                  "typescript",
                  image -> image.remove("usr/local/lib/node_modules/typescript"))
              .and("dangling-link", "/usr/local/bin/tsc"),
          defect("a compiler is gone", "program", "g++", image -> image.remove("usr/bin/g++")),
          defect(
              "the headers for native modules are elsewhere",
              "environment",
              "npm_package_config_node_gyp_nodedir",
              image -> image.environment("npm_package_config_node_gyp_nodedir", "/opt")));

  @TestFactory
  Stream<DynamicTest> everyDefectOfTheBaseImageIsNamed(@TempDir Path directory) throws IOException {
    List<Defect> defects = new ArrayList<>();
    Defects.OF_EVERY_IMAGE.forEach(
        each ->
            defects.add(
                defect(
                    each.says(),
                    each.id(),
                    image -> {
                      each.change().accept(image);
                      return each.where();
                    })));
    List.of(FILES, DATABASE, ACCOUNTS, SETTINGS, DOCUMENTS).forEach(defects::addAll);
    return named(defects, "opencode-sandbox-base", directory);
  }

  @TestFactory
  Stream<DynamicTest> everyDefectOfTheDeveloperImageIsNamed(@TempDir Path directory)
      throws IOException {
    return named(NPM, "opencode-sandbox-developer", directory);
  }

  private static Stream<DynamicTest> named(List<Defect> defects, String name, Path directory)
      throws IOException {
    ACopy copy = ACopy.of(LAYOUT, name);
    List<String> places = defects.stream().map(each -> each.change.apply(copy)).toList();
    List<Finding> findings = VERIFIER.verify(copy.in(directory), Platform.host()).findings();
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < defects.size(); i++) {
      Defect defect = defects.get(i);
      List<Expected> expected = new ArrayList<>(defect.also);
      expected.add(new Expected(defect.id, places.get(i)));
      tests.add(
          dynamicTest(
              defect.toString(),
              () ->
                  assertThat(expected)
                      .allSatisfy(
                          each ->
                              assertThat(findings)
                                  .anySatisfy(
                                      finding -> {
                                        assertThat(finding.id()).isEqualTo(each.id);
                                        assertThat(finding.where()).startsWith(each.where);
                                      }))));
    }
    return tests.stream();
  }

  /** Damage to the files that an image is stored in. */
  private interface Damage {
    void to(Path blob) throws IOException;
  }

  private record DamagedLayer(String says, String id, Damage damage) {
    @Override
    public String toString() {
      return says;
    }
  }

  static Stream<DamagedLayer> damagedLayers() {
    return Stream.of(
        new DamagedLayer(
            "a bit is flipped",
            "layer-digest",
            blob -> {
              byte[] bytes = Files.readAllBytes(blob);
              bytes[bytes.length / 2] ^= 16;
              Files.delete(blob);
              Files.write(blob, bytes);
            }),
        new DamagedLayer(
            "a blob is cut short",
            "blob-size",
            blob -> {
              byte[] bytes = Files.readAllBytes(blob);
              Files.delete(blob);
              Files.write(blob, Arrays.copyOf(bytes, bytes.length - 4096));
            }),
        new DamagedLayer("a blob is missing", "blob-missing", Files::delete));
  }

  @ParameterizedTest
  @MethodSource("damagedLayers")
  void damageToALayerIsNamed(DamagedLayer damaged, @TempDir Path directory) throws IOException {
    ACopy copy = ACopy.of(LAYOUT, "opencode-sandbox-base");
    ImageSource source = copy.in(directory);
    damaged.damage.to(copy.lowestBlob(directory));

    assertThat(VERIFIER.verify(source, Platform.host()).findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.id()).isEqualTo(damaged.id);
              assertThat(finding.where()).startsWith("layer 1 ");
            });
  }
}

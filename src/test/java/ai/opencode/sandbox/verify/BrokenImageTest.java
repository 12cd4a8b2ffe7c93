package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.inspect.content.AnElf;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every known defect of an image is reported by the verifier. */
@Execution(ExecutionMode.CONCURRENT)
class BrokenImageTest {

  private static final ImageVerifier VERIFIER = new ImageVerifier(RegistryAccess.standard());

  /** A change of files of a written image. */
  private interface Damage {
    void to(ASandbox.Blobs blobs) throws IOException;
  }

  /** A defect of an image. */
  private record Defect(
      String says, String id, String where, Consumer<ASandbox> change, Damage damage) {
    @Override
    public String toString() {
      return says + " (" + id + ")";
    }
  }

  private static Defect broken(String says, String id, String where, Consumer<ASandbox> change) {
    return new Defect(says, id, where, change, blobs -> {});
  }

  private static Defect damaged(String says, String id, String where, Damage damage) {
    return new Defect(says, id, where, image -> {}, damage);
  }

  @TempDir private Path directory;

  static Stream<Defect> defects() {
    return Stream.of(
            both(), documents(), layers(), elf(), files(), database(), accounts(), settings())
        .flatMap(List::stream);
  }

  private static List<Defect> both() {
    return Defects.OF_EVERY_IMAGE.stream()
        .map(each -> broken(each.says(), each.id(), each.where(), each.change()::accept))
        .toList();
  }

  private static List<Defect> documents() {
    return List.of(
        damaged("a byte of a layer is flipped", "layer-digest", "layer 1", b -> flip(b.layer())),
        damaged("a layer is cut short", "blob-size", "layer 1", b -> cut(b.layer())),
        damaged("a layer is missing", "blob-missing", "layer 1", b -> Files.delete(b.layer())),
        damaged(
            "the configuration is missing",
            "blob-missing",
            "configuration",
            b -> Files.delete(b.config())),
        damaged(
            "the manifest has a blank more",
            "document-digest",
            "manifest",
            b -> Files.writeString(b.manifest(), Files.readString(b.manifest()) + " ")),
        damaged(
            "the index is no JSON",
            "document-digest",
            "index",
            b -> Files.writeString(b.index(), "broken")),
        broken(
            "a diff ID is another",
            "diff-id",
            "layer 1",
            image -> image.config(c -> withDiffIds(c, List.of(Digest.sha256("other"))))),
        broken(
            "a diff ID too many",
            "layer-count",
            "configuration",
            image ->
                image.config(
                    c -> withDiffIds(c, List.of(c.diffIds().get(0), Digest.sha256("other"))))),
        broken(
            "a layer has an unknown type",
            "media-type",
            "layer 1",
            image ->
                image.manifest(
                    m ->
                        new Manifest(
                            m.config(),
                            List.of(
                                m.layers()
                                    .get(0)
                                    .withMediaType("application/vnd.oci.image.layer.v1.tar+zstd")),
                            m.annotations()))),
        broken(
            "the configuration is for another platform",
            "platform",
            "configuration",
            image ->
                image.config(
                    c ->
                        new ImageConfig(
                            Platform.LINUX_ARM64, c.diffIds(), c.history(), c.json()))));
  }

  private static List<Defect> layers() {
    Attributes plain = Attributes.of(0644);
    return List.of(
        broken(
            "a layer hides what is not there",
            "layer-entry",
            "/usr/nothing",
            image -> image.layer(new TarEntry.File("usr/.wh.nothing", plain, 0))),
        broken(
            "a file is put below a link",
            "layer-entry",
            "/bin/sh/file",
            image -> image.layer(new TarEntry.File("bin/sh/file", plain, 0))),
        broken(
            "nothing describes a file's directory",
            "layer-entry",
            "/opt/new/file",
            image -> image.layer(new TarEntry.File("opt/new/file", plain, 0))),
        broken(
            "a hard link leads out of its layer",
            "layer-entry",
            "/usr/bin/second",
            image -> image.layer(new TarEntry.HardLink("usr/bin/second", plain, "usr/bin/git"))),
        broken(
            "an upper layer removes a library",
            "elf-library",
            "/bin/bash",
            image -> image.layer(new TarEntry.File("usr/lib/.wh.libreadline.so.8", plain, 0))),
        broken(
            "an upper layer empties a directory",
            "database-file",
            "/usr/bin/git",
            image -> image.layer(new TarEntry.File("usr/bin/.wh..wh..opq", plain, 0))));
  }

  private static List<Defect> elf() {
    return List.of(
        broken(
            "a library is gone",
            "elf-library",
            "/bin/bash",
            image -> image.remove("usr/lib/libreadline.so.8.2")),
        broken(
            "a library lies where RUNPATH does not lead",
            "elf-library",
            "/usr/bin/node",
            image -> image.remove("usr/lib/node/libnode.so.1")),
        broken(
            "the loader is gone",
            "elf-interpreter",
            "/usr/bin/git",
            image -> image.remove("lib/ld-musl-x86_64.so.1")),
        broken(
            "the loader may not be run",
            "elf-interpreter",
            "/usr/bin/git",
            image -> image.mode("lib/ld-musl-x86_64.so.1", 0644)),
        broken(
            "a program is for another machine",
            "elf-architecture",
            "/usr/bin/git",
            image ->
                image.content(
                    "usr/bin/git",
                    AnElf.program("/lib/ld-musl-x86_64.so.1")
                        .machine(Architecture.ARM64.elfMachine())
                        .bytes())),
        broken(
            "a program is linked with the other C library",
            "elf-libc",
            "/usr/bin/git",
            image ->
                image.content(
                    "usr/bin/git",
                    AnElf.program("/lib/ld-musl-x86_64.so.1").needing("libc.so.6").bytes())),
        broken(
            "an ELF file is cut short",
            "elf-malformed",
            "/usr/bin/git",
            image ->
                image.content(
                    "usr/bin/git",
                    Arrays.copyOf(AnElf.program("/lib/ld-musl-x86_64.so.1").bytes(), 80))),
        broken(
            "a script's interpreter is not there",
            "script-interpreter",
            "/usr/local/bin/tool",
            image -> image.file("usr/local/bin/tool", 0755, "#!/usr/bin/ruby\n")));
  }

  private static List<Defect> files() {
    return List.of(
        broken("setgid", "setuid", "/usr/bin/curl", image -> image.mode("usr/bin/curl", 02755)),
        broken(
            "a program has capabilities",
            "file-capability",
            "/usr/bin/curl",
            image -> image.pax("usr/bin/curl", "SCHILY.xattr.security.capability", "x")),
        broken(
            "doas is set up",
            "privilege-program",
            "/etc/doas.conf",
            image -> image.file("etc/doas.conf", 0600, "permit opencode")),
        broken(
            "a link leads nowhere",
            "dangling-link",
            "/usr/bin/vi",
            image -> image.link("usr/bin/vi", "/bin/nothing")),
        broken(
            "links lead in a circle",
            "dangling-link",
            "/usr/bin/vi",
            image -> image.link("usr/bin/vi", "vi")),
        broken(
            "everybody may write to a directory",
            "world-writable",
            "/var",
            image -> image.mode("var", 0777)),
        broken(
            "everybody may write to a file",
            "world-writable",
            "/etc/gitconfig",
            image -> image.mode("etc/gitconfig", 0666)),
        broken(
            "the start step runs something else",
            "unowned-file",
            "/" + ASandbox.START,
            image -> image.edit(ASandbox.START, "exec", "evil; exec")),
        broken(
            "the user may change a program",
            "system-writable",
            "/usr/bin/git",
            image -> image.owner("usr/bin/git", 1000, 1000)),
        broken(
            "group 0 may change a directory of the system",
            "system-writable",
            "/usr/bin",
            image -> image.mode("usr/bin", 0775)),
        broken(
            "an unknown owner",
            "unknown-owner",
            "/usr/bin/git",
            image -> image.owner("usr/bin/git", 501, 20)),
        broken(
            "a program that no package has",
            "unowned-file",
            "/usr/bin/extra",
            image -> image.file("usr/bin/extra", 0755, "")),
        broken(
            "settings that no package has",
            "unowned-file",
            "/etc/profile.d/extra.sh",
            image -> image.file("etc/profile.d/extra.sh", 0644, "")),
        broken(
            "a key that no package has",
            "apk-key",
            "/etc/apk/keys/evil.rsa.pub",
            image -> image.file("etc/apk/keys/evil.rsa.pub", 0644, "key")),
        broken(
            "the workspace is root's",
            "directory",
            "/workspace",
            image -> image.owner("workspace", 0, 0)),
        broken(
            "a directory of OpenCode's is a link",
            "directory",
            "/home/opencode/.cache",
            image -> image.remove("home/opencode/.cache").link("home/opencode/.cache", "/tmp")),
        broken(
            "a directory of OpenCode's is missing",
            "directory",
            "/home/opencode/.config/opencode",
            image -> image.remove("home/opencode/.config/opencode")),
        broken(
            "root has files in the home",
            "home-owner",
            "/home/opencode/.npm",
            image -> image.directory("home/opencode/.npm", 0755, 0, 0)));
  }

  private static List<Defect> database() {
    return List.of(
        broken("no database", "database", "/lib/apk/db", i -> i.remove(ASandbox.DATABASE)),
        broken(
            "a field that apk does not know",
            "database",
            "/lib/apk/db/installed",
            image -> image.edit(ASandbox.DATABASE, "P:git\n", "P:git\nX:new\n")),
        broken(
            "a line that is none",
            "database",
            "/lib/apk/db/installed",
            image -> image.edit(ASandbox.DATABASE, "P:git\n", "P:git\nnonsense\n")),
        broken(
            "a package twice",
            "database-duplicate",
            "git",
            image -> image.edit(ASandbox.DATABASE, "P:nano\n", "P:git\n")),
        broken(
            "a package for another machine",
            "database-architecture",
            "musl",
            image -> image.edit(ASandbox.DATABASE, "A:x86_64\n", "A:armhf\n")),
        broken(
            "a package that nothing asks for",
            "database-orphan",
            "nano",
            image -> image.edit("etc/apk/world", "nano\n", "")),
        broken(
            "a package without its dependency",
            "database-dependency",
            "bash",
            image -> image.edit(ASandbox.DATABASE, "p:so:libreadline.so.8=8.2\n", "")),
        broken(
            "a package's record is gone",
            "world",
            "nano",
            image -> image.content(ASandbox.DATABASE, without(image, "nano"))),
        broken(
            "a request that nothing fits",
            "world",
            "nodejs>99",
            image -> image.edit("etc/apk/world", "nodejs>=20", "nodejs>99")),
        broken("no world", "world", "/etc/apk/world", image -> image.remove("etc/apk/world")),
        broken(
            "triggers of a package that is not there",
            "database-scripts",
            "/lib/apk/db/triggers",
            i -> i.file("lib/apk/db/triggers", 0644, "Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA= /bin\n")),
        broken(
            "a file is gone",
            "database-file",
            "/usr/bin/nano",
            image -> image.remove("usr/bin/nano")),
        broken(
            "a file is a directory",
            "database-file",
            "/usr/bin/nano",
            image -> image.remove("usr/bin/nano").directory("usr/bin/nano", 0755, 0, 0)),
        broken(
            "a file has another content",
            "database-checksum",
            "/etc/ssl/certs/ca-certificates.crt",
            image -> image.content("etc/ssl/certs/ca-certificates.crt", "mine")),
        broken(
            "a file is a link",
            "database-checksum",
            "/usr/bin/nano",
            image -> image.link("usr/bin/nano", "vim")),
        broken(
            "a file has another mode",
            "database-mode",
            "/usr/bin/git",
            image -> image.mode("usr/bin/git", 0700)),
        broken(
            "a file has another owner",
            "database-owner",
            "/usr/bin/git",
            image -> image.owner("usr/bin/git", 0, 42)),
        broken(
            "a directory has another mode",
            "database-directory",
            "/usr/lib",
            image -> image.mode("usr/lib", 0700)));
  }

  private static List<Defect> accounts() {
    return List.of(
        broken(
            "a second name for the user's id",
            "account",
            "/etc/passwd",
            i -> i.edit("etc/passwd", "opencode:", "node:x:1000:1000::/:/bin/sh\nopencode:")),
        broken(
            "the user has another id",
            "account",
            "/etc/passwd",
            image -> image.edit("etc/passwd", "opencode:x:1000", "opencode:x:1001")),
        broken(
            "the user is also in a group",
            "account",
            "/etc/group",
            image -> image.edit("etc/group", "shadow:x:42:", "shadow:x:42:opencode")),
        broken(
            "the user needs no password",
            "password",
            "/etc/shadow",
            image -> image.edit("etc/shadow", "opencode:!:", "opencode::")),
        broken(
            "root has a password",
            "password",
            "/etc/shadow",
            image -> image.edit("etc/shadow", "root:*:", "root:$6$x$y:")),
        broken(
            "everybody may read shadow",
            "password",
            "/etc/shadow",
            image -> image.mode("etc/shadow", 0644)),
        broken("the shell is gone", "shells", "/bin/bash", image -> image.remove("bin/bash")));
  }

  private static List<Defect> settings() {
    String version = "org.opencontainers.image.version";
    return List.of(
        broken(
            "a volume",
            "volumes",
            "/workspace",
            image -> image.settings(s -> s.putObject("Volumes").putObject("/workspace"))),
        broken(
            "no home in the environment",
            "environment",
            "HOME",
            image -> image.environment("HOME", null)),
        broken(
            "programs of whatever directory are on the path",
            "search-path",
            "PATH",
            image ->
                image.environment(
                    "PATH", ".:/home/opencode/.local/bin:/usr/local/bin:/usr/bin:/bin:/sbin")),
        broken(
            "a program comes before a package's",
            "shadowed-program",
            "/usr/local/bin/git",
            image -> image.file("usr/local/bin/git", 0755, "")),
        broken(
            "a program runs beside the command",
            "settings",
            "Healthcheck",
            image -> image.settings(s -> s.putObject("Healthcheck").putArray("Test").add("CMD"))),
        broken("a program is gone", "program", "curl", image -> image.remove("usr/bin/curl")),
        broken(
            "a program may not be run",
            "program",
            "curl",
            image -> image.mode("usr/bin/curl", 0644)),
        broken("a label is missing", "labels", version, image -> image.label(version, null)),
        broken(
            "the title is another image's",
            "labels",
            "org.opencontainers.image.title",
            image -> image.label("org.opencontainers.image.title", "other")),
        broken(
            "the manifest says something else",
            "annotations",
            "manifest " + version,
            image -> image.manifestAnnotations(Map.of(version, "2"))),
        broken(
            "the index says nothing",
            "annotations",
            "index " + version,
            image -> image.indexAnnotations(Map.of())));
  }

  @ParameterizedTest
  @MethodSource("defects")
  void isNamed(Defect defect) throws IOException {
    ASandbox image = ASandbox.base();
    defect.change.accept(image);
    ImageSource source = image.in(directory);
    defect.damage.to(ASandbox.blobs(directory));

    VerificationReport report = VERIFIER.verify(source, Platform.LINUX_AMD64);

    assertThat(report.findings())
        .as("findings")
        .anySatisfy(
            finding -> {
              assertThat(finding.id()).isEqualTo(defect.id);
              assertThat(finding.where()).startsWith(defect.where);
            });
    assertThat(report.isClean()).isFalse();
  }

  @Test
  void theUnbrokenImageHasNoFinding() throws IOException {
    VerificationReport report =
        VERIFIER.verify(ASandbox.base().in(directory), Platform.LINUX_AMD64);
    assertThat(report.findings()).isEmpty();
    assertThat(report.contract()).isEqualTo("base");
  }

  @Test
  void allDefectsOfOneImageAreNamed() throws IOException {
    ASandbox image = ASandbox.base();
    List<Defect> several = new ArrayList<>(both());
    several.addAll(settings());
    several.removeIf(defect -> Set.of("program", "entrypoint").contains(defect.id));
    several.forEach(defect -> defect.change.accept(image));
    VerificationReport report = VERIFIER.verify(image.in(directory), Platform.LINUX_AMD64);
    assertThat(report.findings())
        .extracting(Finding::id)
        .containsAll(several.stream().map(Defect::id).collect(Collectors.toSet()));
  }

  /** A check that no defect triggers would prove nothing. */
  @Test
  void everyCheckHasADefectThatSetsItOff() {
    Set<String> unproven = new TreeSet<>(ImageVerifier.checks().keySet());
    defects().map(Defect::id).forEach(unproven::remove);
    // ImageVerifierTest and TrojanIT cover these: they need another image than the base, or none.
    // DefinedContractTest covers those of definitions.
    unproven.removeIf(id -> id.startsWith("defined-"));
    // ForgedAttestationTest covers these, with images that have statements.
    unproven.removeAll(
        Set.of(
            "attestation",
            "attestation-missing",
            "origin",
            "origin-base",
            "origin-lock",
            "origin-signature",
            "provenance",
            "sbom"));
    unproven.removeAll(
        Set.of("base-layers", "layer-archive", "npm-content", "npm-package", "size", "unreadable"));
    assertThat(unproven).isEmpty();
  }

  @Test
  void everyDefectIsOfAKnownKind() {
    assertThat(ImageVerifier.checks().keySet())
        .containsAll(defects().map(Defect::id).collect(Collectors.toSet()));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
  }

  private static ImageConfig withDiffIds(ImageConfig config, List<Digest> diffIds) {
    return new ImageConfig(config.platform(), diffIds, config.history(), config.json());
  }

  private static String without(ASandbox image, String name) {
    return Stream.of(image.text(ASandbox.DATABASE).split("\n\n", -1))
        .filter(record -> !record.contains("P:" + name + "\n"))
        .collect(Collectors.joining("\n\n"));
  }
}

package ai.opencode.sandbox.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories of this machine in definitions, and the files that are refused there. */
class FileTreeTest {

  @TempDir private Path directory;

  @Test
  void hasEverythingSortedWithNormalModes() throws IOException {
    write("b/run", "rwxrwx--x", "#!run");
    write("a.txt", "rw-------", "a");
    write("b/.hidden", "r--r--r--", "h");
    Files.createDirectories(source().resolve("empty/deep"));
    Files.createSymbolicLink(source().resolve("b/link"), Path.of("../a.txt"));

    FileTree tree = FileTree.from("/opt/own", source());

    assertThat(tree.directories())
        .extracting(OwnedDirectory::path)
        .containsExactly("/opt/own", "/opt/own/b", "/opt/own/empty", "/opt/own/empty/deep");
    assertThat(tree.directories()).allMatch(each -> each.mode() == 0755 && each.onlyIfMissing());
    assertThat(tree.files())
        .containsExactly(
            StaticFile.of("/opt/own/a.txt", "a"),
            StaticFile.of("/opt/own/b/.hidden", "h"),
            StaticFile.of("/opt/own/b/run", "#!run").withMode(0755));
    assertThat(tree.links()).containsExactly(new SymbolicLink("/opt/own/b/link", "../a.txt"));
  }

  @Test
  void dependsOnNeitherTimesNorUmask() throws IOException {
    write("a", "rw-r--r--", "a");
    write("b/c", "rwxr-xr-x", "c");
    FileTree before = FileTree.from("/opt", source());

    Files.setLastModifiedTime(source().resolve("a"), FileTime.fromMillis(1));
    write("a", "rw-rw-rw-", "a");
    write("b/c", "rwx------", "c");
    Files.setPosixFilePermissions(
        source().resolve("b"), PosixFilePermissions.fromString("rwx------"));

    assertThat(FileTree.from("/opt", source())).isEqualTo(before);
  }

  @Test
  void mayBeTheRoot() throws IOException {
    write("etc/own.conf", "rw-r--r--", "c");

    FileTree tree = FileTree.from("/", source());

    assertThat(tree.directories()).extracting(OwnedDirectory::path).containsExactly("/etc");
    assertThat(tree.files()).containsExactly(StaticFile.of("/etc/own.conf", "c"));
  }

  @Test
  void getsAnOwnerAndAMode() throws IOException {
    write("a", "rw-r--r--", "a");

    FileTree tree = FileTree.from("/opt", source()).withOwner(5, 6).withFileMode(0600);

    assertThat(tree.directories()).containsExactly(new OwnedDirectory("/opt", 0755, 5, 6, true));
    assertThat(tree.files())
        .containsExactly(StaticFile.of("/opt/a", "a").withMode(0600).withOwner(5, 6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../x", "b/../../x", "..", "../source-2", "../../etc/x"})
  void noLinkLeadsOutOfIt(String target) throws IOException {
    Files.createDirectories(source().resolve("b"));
    Path link = Files.createSymbolicLink(source().resolve("link"), Path.of(target));

    assertThatThrownBy(() -> FileTree.from("/opt", source()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("leads out of the directory");
    // JUnit prints a warning if it finds a link to a file of the machine.
    Files.delete(link);
  }

  @Test
  void noLinkIsFollowed() throws IOException {
    write("b/c", "rw-r--r--", "c");
    Files.createSymbolicLink(source().resolve("again"), Path.of("b"));
    Files.createSymbolicLink(source().resolve("loop"), Path.of("."));
    Files.createSymbolicLink(source().resolve("nowhere"), Path.of("missing"));

    assertThat(FileTree.from("/opt", source()).files()).hasSize(1);
    assertThat(FileTree.from("/opt", source()).links()).hasSize(3);
  }

  @Test
  void theDirectoryItselfMayBeALink() throws IOException {
    write("a", "rw-r--r--", "a");
    Path link = Files.createSymbolicLink(directory.resolve("link"), source());

    assertThat(FileTree.from("/opt", link)).isEqualTo(FileTree.from("/opt", source()));
  }

  @Test
  void socketsAreRefused() throws IOException {
    Files.createDirectories(source());
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(source().resolve("s")));

      assertThatThrownBy(() -> FileTree.from("/opt", source()))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("is a socket, pipe or device");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {04755, 02755, 06644})
  void setuidProgramsAreRefused(int mode) throws IOException {
    write("a", "rwxr-xr-x", "a");
    Files.setAttribute(source().resolve("a"), "unix:mode", mode);

    assertThatThrownBy(() -> FileTree.from("/opt", source()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is setuid or setgid");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"etc/passwd", "lib/apk/db/installed", ".wh.etc", "opt/.wh..wh..opq", "a\nb"})
  void reservedNamesAreRefused(String name) throws IOException {
    write(name, "rw-r--r--", "a");

    assertThatThrownBy(() -> FileTree.from("/", source())).isInstanceOf(UsageException.class);
  }

  @Test
  void entriesAndBytesAreLimited() throws IOException {
    write("a", "rw-r--r--", "12345");
    write("b/c", "rw-r--r--", "12345");

    assertThat(new FileTreeReader("/opt", 3, 10).read(source()).files()).hasSize(2);
    assertThatThrownBy(() -> new FileTreeReader("/opt", 2, 10).read(source()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("more than 2 entries");
    assertThatThrownBy(() -> new FileTreeReader("/opt", 3, 9).read(source()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("more than 9 bytes");
  }

  @Test
  void onlyDirectoriesAreTrees() throws IOException {
    write("a", "rw-r--r--", "a");

    assertThatThrownBy(() -> FileTree.from("/opt", source().resolve("a")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a directory");
    assertThatThrownBy(() -> FileTree.from("/opt", source().resolve("b")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> StaticFile.from("/opt/a", source()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a regular file");
  }

  @Test
  void twoTreesMayShareDirectoriesButNotFiles() throws IOException {
    write("a/b", "rw-r--r--", "a");
    FileTree tree = FileTree.from("/opt", source());
    ImageDefinition image = ImageDefinition.onAlpine("own").withTree(tree);

    assertThatThrownBy(() -> image.withTree(tree)).hasMessageContaining("defined twice");
    assertThat(image.withTree(new FileTree(tree.directories(), List.of(), List.of())).files())
        .isEqualTo(image.files());
    assertThat(image.withDirectory(new OwnedDirectory("/opt/a", 0700, 1, 1)).directories())
        .hasSizeGreaterThan(image.directories().size());
  }

  @Test
  void aFileThatChangesAfterItsDefinitionIsNotWritten() throws IOException {
    write("a", "rw-r--r--", "12345");
    FileContent content = FileContent.from(source().resolve("a"));
    assertThat(content).isEqualTo(FileContent.of("12345"));

    for (String other : List.of("54321", "1234", "123456", "")) {
      write("a", "rw-r--r--", other);
      assertThatThrownBy(() -> content.writeTo(new ByteArrayOutputStream()))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("has changed since the image's definition was made");
    }
    Files.delete(source().resolve("a"));
    assertThatThrownBy(() -> content.writeTo(new ByteArrayOutputStream()))
        .isInstanceOf(UsageException.class);
    write("a", "rw-r--r--", "12345");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    content.writeTo(out);
    assertThat(out).hasToString("12345");
  }

  private Path source() {
    return directory.resolve("source");
  }

  private void write(String name, String permissions, String text) throws IOException {
    Path file = source().resolve(name);
    Files.createDirectories(file.getParent());
    if (Files.exists(file)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}

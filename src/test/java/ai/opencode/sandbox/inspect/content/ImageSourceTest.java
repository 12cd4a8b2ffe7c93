package ai.opencode.sandbox.inspect.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notations of images. */
class ImageSourceTest {

  @TempDir private Path directory;

  @Test
  void relativePathsCountFromADirectory() {
    assertThat(of("oci:images")).isEqualTo(new ImageSource.OciDirectory(at("images"), null));
    assertThat(of("oci:images:tools"))
        .isEqualTo(new ImageSource.OciDirectory(at("images"), "tools"));
    assertThat(of("oci-archive:a.tar")).isEqualTo(new ImageSource.OciArchive(at("a.tar"), null));
    assertThat(of("oci-archive:a.tar:tools"))
        .isEqualTo(new ImageSource.OciArchive(at("a.tar"), "tools"));
    assertThat(of("docker-archive:a.tar")).isEqualTo(new ImageSource.DockerArchive(at("a.tar")));
    assertThat(of("ghcr.io/acme/tools:1"))
        .isEqualTo(new ImageSource.InRegistry(Reference.of("ghcr.io/acme/tools:1")));
  }

  @Test
  void withoutADirectoryPathsStayAsTheyAre() {
    assertThat(ImageSource.of("oci:images:tools")).hasToString("oci:images:tools");
    assertThat(ImageSource.of("oci-archive:a.tar:tools")).hasToString("oci-archive:a.tar:tools");
    assertThat(ImageSource.of("docker-archive:a.tar")).hasToString("docker-archive:a.tar");
  }

  @Test
  void absolutePathsCountFromNone() {
    assertThat(of("oci:/srv/images"))
        .isEqualTo(new ImageSource.OciDirectory(Path.of("/srv/images"), null));
  }

  @Test
  void aPathThatExistsMayHaveAColon() throws Exception {
    Files.createDirectory(at("a:b"));
    Files.createFile(at("a:b.tar"));

    assertThat(of("oci:a:b")).isEqualTo(new ImageSource.OciDirectory(at("a:b"), null));
    assertThat(of("oci-archive:a:b.tar"))
        .isEqualTo(new ImageSource.OciArchive(at("a:b.tar"), null));
  }

  @Test
  void refusesAFileThatCouldBeMeantAsAReference() throws Exception {
    Files.createFile(Files.createDirectory(at("images")).resolve("oci-layout"));
    Files.createFile(at("images.tar"));

    assertThatThrownBy(() -> of("images"))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("Write oci:images for an OCI layout.");
    assertThatThrownBy(() -> of("images.tar"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("oci-archive:images.tar or docker-archive:images.tar");
    assertThat(of("other.example/images")).isInstanceOf(ImageSource.InRegistry.class);
  }

  private ImageSource of(String text) {
    return ImageSource.of(text, directory);
  }

  private Path at(String path) {
    return directory.resolve(path);
  }
}

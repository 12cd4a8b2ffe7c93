package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.upstream.ArchivePlace;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An archive gives nothing of a repository that it does not name, whatever its files are called.
 */
class UnnamedRepositoryTest {

  private static final RepositoryLocation NAMED =
      new RepositoryLocation("https://mirror.example/main");

  @TempDir private Path folder;

  @Test
  void ignoresADirectoryWithTheNumberZero() throws Exception {
    InputArchive archive =
        archive("repository-0/x86_64/APKINDEX.tar.gz", "repository-1/x86_64/APKINDEX.tar.gz");

    assertThatThrownBy(
            () -> archive.index(new RepositoryLocation("https://evil.example/main"), "x86_64"))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("does not have the index of https://evil.example/main for x86_64");
    try (InputStream index = archive.index(NAMED, "x86_64")) {
      assertThat(index.readAllBytes()).asString().isEqualTo("repository-1/x86_64/APKINDEX.tar.gz");
    }
  }

  /** Files that hold their own titles. */
  private InputArchive archive(String... titles) throws Exception {
    OciLayout layout = new OciLayout(folder);
    List<Descriptor> layers = new ArrayList<>();
    for (String title : titles) {
      Descriptor blob =
          layout.blobs().put(ArchiveForm.FILE, title.getBytes(StandardCharsets.UTF_8));
      layers.add(blob.withAnnotation(Annotations.TITLE, title));
    }
    Descriptor config =
        layout.blobs().put(ArchiveForm.TYPE, ArchiveForm.configuration(List.of(NAMED)));
    byte[] manifest = new Manifest(config, layers, Map.of()).toJson();
    layout.name(ArchiveForm.NAME, layout.blobs().put(MediaType.MANIFEST, manifest));
    return InputArchive.find(new ArchivePlace.Directory(folder)).orElseThrow();
  }
}

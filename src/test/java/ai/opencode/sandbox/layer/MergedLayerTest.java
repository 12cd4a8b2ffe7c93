package ai.opencode.sandbox.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.install.Installation;
import ai.opencode.sandbox.install.InstalledRoot;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The entries of packages in a layer that they share, and its recipe. */
class MergedLayerTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("bin/tool", 0755, "tool");

  @TempDir private Path folder;
  private BlobStore blobs;

  @BeforeEach
  void makeStore() {
    blobs = new Cache(folder.resolve("cache")).blobs();
  }

  @Test
  void theNumberOfAnOwnerIsPartOfTheRecipe() throws IOException {
    AnApk owned =
        AnApk.named("tool")
            .withFile(
                "bin/tool",
                new Attributes(new Access(0644, 9, 9), "tool", "root", 0, Map.of()),
                "tool");
    Digest first = layerOn("tool:x:5:0:::\n", owned).recipe().digest();

    assertThat(layerOn("tool:x:5:0:::\n", owned).recipe().digest()).isEqualTo(first);
    assertThat(layerOn("tool:x:6:0:::\n", owned).recipe().digest()).isNotEqualTo(first);
  }

  @Test
  void bothNamesOfAHardLinkHaveTheFinalMode() throws IOException {
    AnApk linked =
        TOOL.withEntry(new TarEntry.HardLink("bin/other", Attributes.of(04711), "bin/tool"));

    Map<String, TarEntry> written = written(layer(linked));

    assertThat(entry(written, "bin/tool").attributes().mode()).isEqualTo(04711);
    assertThat(written.get("bin/other"))
        .isInstanceOfSatisfying(
            TarEntry.HardLink.class, link -> assertThat(link.target()).isEqualTo("bin/tool"));
  }

  @Test
  void aFileHasTheExtendedAttributesThatImagesKeep() throws IOException {
    Attributes attributes =
        Attributes.of(0755)
            .withPax(
                Map.of("SCHILY.xattr.user.it", "1", "SCHILY.xattr.security.selinux", "a label"));

    Map<String, TarEntry> written =
        written(layer(AnApk.named("tool").withFile("bin/tool", attributes, "tool")));

    assertThat(entry(written, "bin/tool").attributes().pax())
        .isEqualTo(Map.of("SCHILY.xattr.user.it", "1"));
  }

  @Test
  void refusesACorruptPackageThoughItsEntriesAreRight() throws IOException {
    MergedLayer layer = layer(TOOL);
    byte[] tar = new GZIPInputStream(new ByteArrayInputStream(TOOL.data())).readAllBytes();
    replaceData(Arrays.copyOf(tar, tar.length + 1024));

    assertThatThrownBy(() -> written(layer)).isInstanceOf(DamagedFileException.class);
  }

  @Test
  void tellsThatThePackageIsCorruptIfAnEntryIsAnother() throws IOException {
    MergedLayer layer = layer(TOOL);
    byte[] other = AnApk.named("tool").withFile("bin/tool", 0700, "tool").data();
    Files.write(blobs.path(Digest.sha256(TOOL.data())), other);

    assertThatThrownBy(() -> written(layer)).isInstanceOf(DamagedFileException.class);
  }

  private void replaceData(byte[] tar) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(tar);
    }
    Files.write(blobs.path(Digest.sha256(TOOL.data())), packed.toByteArray());
  }

  private MergedLayer layerOn(String passwd, AnApk apk) throws IOException {
    Root.Builder base = Root.builder();
    base.put("etc/passwd", Node.file(Access.ofRoot(0644), passwd.getBytes(UTF_8)));
    return layer(base.build(), apk);
  }

  private MergedLayer layer(AnApk apk) throws IOException {
    return layer(Root.builder().build(), apk);
  }

  private MergedLayer layer(Root below, AnApk apk) throws IOException {
    blobs.put(MediaType.LAYER_GZIP, apk.data());
    Installation installation = new Installation(below, InstalledDatabase.empty(), Set.of());
    installation.install(AFetchedPackage.of(apk), Map.of());
    InstalledRoot installed = installation.finish();
    return new MergedLayer(installed.root(), installed.placed(), Corrections.NONE, blobs);
  }

  private static TarEntry entry(Map<String, TarEntry> written, String path) {
    return Objects.requireNonNull(written.get(path), path);
  }

  private static Map<String, TarEntry> written(MergedLayer layer) throws IOException {
    Map<String, TarEntry> entries = new TreeMap<>();
    for (TarEntry each : WrittenEntries.of(layer::writeTo)) {
      entries.put(each.path(), each);
    }
    return entries;
  }
}

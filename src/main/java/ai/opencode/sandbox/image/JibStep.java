package ai.opencode.sandbox.image;

import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.EmbeddedRegistry;
import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * Jib's part: it takes the staged root out of a registry on loopback, adds files and settings, and
 * pushes the image into the same registry, over the same store, so that no layer moves. Plain HTTP
 * is allowed for this hop and for no other.
 */
final class JibStep {

  private static final String REPOSITORY = "image";

  private final BlobStore blobs;

  JibStep(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * Finishes an image.
   *
   * @param staged the staged root's manifest
   * @param layers file layers by name, lowest first
   * @param work folder for temporary files
   * @return digest of the image's manifest
   */
  Digest finish(
      Descriptor staged,
      Platform platform,
      Map<String, SortedMap<String, Overlay.Entry>> layers,
      ContainerSettings settings,
      String user,
      Map<String, String> labels,
      Path work)
      throws IOException {
    Path folder = Files.createTempDirectory(work, "jib");
    try (EmbeddedRegistry registry = EmbeddedRegistry.start(blobs)) {
      String source = registry.reference(REPOSITORY, staged.digest()).toString();
      JibContainerBuilder builder =
          Jib.from(RegistryImage.named(source))
              .setPlatforms(
                  Set.of(
                      new com.google.cloud.tools.jib.api.buildplan.Platform(
                          platform.architecture(), platform.os())))
              .setFormat(ImageFormat.OCI)
              .setCreationTime(Instant.EPOCH)
              .setUser(user)
              .setWorkingDirectory(AbsoluteUnixPath.get(settings.workingDirectory()))
              .setEntrypoint(settings.entrypoint())
              .setProgramArguments(settings.command())
              .setEnvironment(settings.environment())
              .setLabels(labels);
      for (Map.Entry<String, SortedMap<String, Overlay.Entry>> layer : layers.entrySet()) {
        if (!layer.getValue().isEmpty()) {
          builder.addFileEntriesLayer(layer(layer.getKey(), layer.getValue(), folder));
        }
      }
      String target = registry.reference(REPOSITORY, "finished").toString();
      Containerizer containerizer =
          Containerizer.to(RegistryImage.named(target))
              .setAllowInsecureRegistries(true)
              // Fresh, because Jib believes a cache entry by its name alone.
              .setBaseImageLayersCache(folder.resolve("base"))
              .setApplicationLayersCache(folder.resolve("layers"))
              .setToolName("opencode-sandbox")
              .setToolVersion("1");
      return Digest.of(builder.containerize(containerizer).getDigest().toString());
    } catch (ExecutionException | RegistryException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      throw new IOException("Jib could not finish the image: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while Jib finished the image", e);
    } catch (InvalidImageReferenceException | CacheDirectoryCreationException e) {
      throw new IOException("Jib could not start: " + e.getMessage(), e);
    } finally {
      delete(folder);
    }
  }

  private static FileEntriesLayer layer(
      String name, SortedMap<String, Overlay.Entry> entries, Path folder) throws IOException {
    List<FileEntry> files = new ArrayList<>();
    Path emptyFolder = Files.createDirectories(folder.resolve("empty"));
    for (Map.Entry<String, Overlay.Entry> each : entries.entrySet()) {
      Overlay.Entry entry = each.getValue();
      byte[] content = entry.content();
      Path source = emptyFolder;
      if (content != null) {
        source = Files.createTempFile(folder, "file", "");
        Files.write(source, content);
      }
      files.add(
          new FileEntry(
              source,
              AbsoluteUnixPath.get("/" + each.getKey()),
              FilePermissions.fromOctalString(String.format("%03o", entry.mode())),
              Instant.EPOCH,
              entry.uid() + ":" + entry.gid()));
    }
    return FileEntriesLayer.builder().setName(name).setEntries(files).build();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}

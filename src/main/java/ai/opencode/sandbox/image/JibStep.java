package ai.opencode.sandbox.image;

import static java.util.stream.Collectors.toSet;

import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.ExposedPort;
import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.definition.UserIds;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.rootfs.Node;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last step of an image's build: the library Jib adds a layer of files and the container's
 * settings to the layers of packages.
 */
final class JibStep {

  /** The name of the layer of files in the image's history; a change changes the image's digest. */
  static final String FILES = "user, workspace, settings and apk database";

  private final BlobStore blobs;

  JibStep(BlobStore blobs) {
    this.blobs = blobs;
  }

  /**
   * Finishes an image.
   *
   * @param staged the manifest of an image with all layers of packages
   * @param config the configuration of that image, which has the platform and the creation time
   * @param files the files to add, which are not in the image's packages
   * @param settings the working directory, command and environment of the image's containers
   * @param user the user of the image's containers
   * @param labels the image's labels by key
   * @param work an existing directory for temporary files
   * @return the digest of the image's manifest
   */
  Digest finish(
      Descriptor staged,
      ImageConfig config,
      ImageFiles files,
      ContainerSettings settings,
      UserIds user,
      Map<String, String> labels,
      Path work)
      throws IOException {
    try (JibHop hop = JibHop.over(blobs, work)) {
      JibContainerBuilder builder =
          hop.from(staged, config.platform(), config.created())
              .setUser(user.toString())
              .setWorkingDirectory(AbsoluteUnixPath.get(settings.workingDirectory()))
              .setEntrypoint(settings.entrypoint())
              .setProgramArguments(settings.command())
              .setEnvironment(settings.environment())
              .setLabels(labels);
      if (!settings.ports().isEmpty()) {
        builder.setExposedPorts(settings.ports().stream().map(JibStep::port).collect(toSet()));
      }
      if (!files.entries().isEmpty()) {
        builder.addFileEntriesLayer(layer(files, hop.directory()));
      }
      return hop.finish(builder);
    }
  }

  private static Port port(ExposedPort port) {
    return port.protocol().equals("udp") ? Port.udp(port.number()) : Port.tcp(port.number());
  }

  private static FileEntriesLayer layer(ImageFiles files, Path directory) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    Path emptyDirectory = Files.createDirectories(directory.resolve("empty"));
    for (Map.Entry<String, Addition.Entry> each : files.entries().entrySet()) {
      Node entry = each.getValue().node();
      Optional<FileContent> content = each.getValue().content();
      Path source = content.isEmpty() ? emptyDirectory : copy(content.get(), directory);
      entries.add(
          new FileEntry(
              source,
              AbsoluteUnixPath.get("/" + each.getKey()),
              FilePermissions.fromOctalString(String.format("%03o", entry.mode())),
              Instant.EPOCH,
              entry.uid() + ":" + entry.gid()));
    }
    return FileEntriesLayer.builder().setName(FILES).setEntries(entries).build();
  }

  /** Copies a content, because a file of the user could change while Jib reads it. */
  private static Path copy(FileContent content, Path directory) throws IOException {
    Path copy = Files.createTempFile(directory, "file", "");
    try (OutputStream out = Files.newOutputStream(copy)) {
      content.writeTo(out);
    }
    return copy;
  }
}

package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.ExposedPort;
import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.WritableDirectory;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.verify.Contract;
import ai.opencode.sandbox.verify.DefinedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The contract of an image of one's own, which follows from its definition. */
public final class DefinedContract {

  private DefinedContract() {}

  /**
   * Returns the contract of an image.
   *
   * @param keys the texts of the keys of one's own that it may have, by name
   */
  public static Contract of(ImageDefinition image, Map<String, String> keys) throws IOException {
    Deque<ImageDefinition> chain = new ArrayDeque<>();
    for (ImageDefinition each = image; each != null; each = each.parent()) {
      chain.addFirst(each);
    }
    SortedMap<String, DefinedImage.Entry> entries = new TreeMap<>();
    List<DefinedImage.NpmPackages> npm = new ArrayList<>();
    for (ImageDefinition each : chain) {
      add(entries, each);
      each.npm()
          .ifPresent(
              project ->
                  npm.add(
                      DefinedImage.NpmPackages.of(
                          project.packageLock(),
                          "package-lock.json of " + each.name(),
                          project.directory())));
    }
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Annotations.DESCRIPTION, image.description());
    labels.putAll(image.labels());
    ImageDefinition parent = image.parent();
    return Contract.of(
        new DefinedImage(
            image.name(),
            parent == null ? null : parent.name(),
            account(image.user()),
            start(image.container()),
            labels,
            new DefinedImage.Contents(new TreeSet<>(image.allPackages()), entries, npm),
            keys));
  }

  private static DefinedImage.Account account(SandboxUser user) {
    return new DefinedImage.Account(user.name(), user.uid(), user.gid(), user.home(), user.shell());
  }

  private static DefinedImage.Start start(ContainerSettings container) {
    return new DefinedImage.Start(
        container.environment(),
        container.workingDirectory(),
        container.entrypoint(),
        container.command(),
        container.ports().stream()
            .map(ExposedPort::toString)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  /** Adds an image's paths in the order in which a build writes them. */
  private static void add(SortedMap<String, DefinedImage.Entry> entries, ImageDefinition image)
      throws IOException {
    for (OwnedDirectory each : image.directories()) {
      if (!each.onlyIfMissing()) {
        entries.put(
            each.path(), new DefinedImage.DirectoryEntry(each.mode(), each.uid(), each.gid()));
      } else {
        entries.putIfAbsent(each.path(), new DefinedImage.AnyDirectory());
      }
    }
    for (WritableDirectory each : image.filesystem().writable()) {
      WritablePath path = WritablePath.of(each, image.user());
      entries.put(
          path.path(), new DefinedImage.DirectoryEntry(path.mode(), path.uid(), path.gid()));
    }
    image
        .links()
        .forEach(each -> entries.put(each.path(), new DefinedImage.LinkEntry(each.target())));
    for (StaticFile each : image.files()) {
      entries.put(
          each.path(),
          new DefinedImage.FileEntry(each.mode(), each.uid(), each.gid(), sha1(each.content())));
    }
  }

  private static String sha1(FileContent content) throws IOException {
    MessageDigest sha1 = Checksum.newSha1();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha1)) {
      content.writeTo(out);
    }
    return HexFormat.of().formatHex(sha1.digest());
  }
}

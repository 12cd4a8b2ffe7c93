package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.verify.Contract;
import ai.opencode.sandbox.verify.DefinedImage;
import java.nio.charset.StandardCharsets;
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

/** The contract of an image of one's own, which follows from its definition. */
final class DefinedContract {

  private DefinedContract() {}

  /**
   * Returns the contract of an image.
   *
   * @param keys the texts of the keys of one's own that it may have, by name
   */
  static Contract of(ImageDefinition image, Map<String, String> keys) {
    Deque<ImageDefinition> chain = new ArrayDeque<>();
    for (ImageDefinition each = image; each != null; each = each.parent()) {
      chain.addFirst(each);
    }
    SortedMap<String, DefinedImage.Entry> entries = new TreeMap<>();
    List<String> npm = new ArrayList<>();
    for (ImageDefinition each : chain) {
      each.directories().forEach(directory -> entries.put(directory.path(), entry(directory)));
      each.files().forEach(file -> entries.put(file.path(), entry(file)));
      each.npm().ifPresent(project -> npm.add(project.packageLock()));
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
            new TreeSet<>(image.allPackages()),
            entries,
            npm,
            keys));
  }

  private static DefinedImage.Account account(SandboxUser user) {
    return new DefinedImage.Account(
        user.name(), user.uid(), user.gid(), user.home(), user.shell());
  }

  private static DefinedImage.Start start(ContainerSettings container) {
    return new DefinedImage.Start(
        container.environment(),
        container.workingDirectory(),
        container.entrypoint(),
        container.command(),
        new TreeSet<>());
  }

  private static DefinedImage.Entry entry(OwnedDirectory directory) {
    return new DefinedImage.Entry(directory.mode(), directory.uid(), directory.gid(), null);
  }

  private static DefinedImage.Entry entry(StaticFile file) {
    return new DefinedImage.Entry(
        file.mode(), 0, 0, sha1(file.content().getBytes(StandardCharsets.UTF_8)));
  }

  private static String sha1(byte[] content) {
    return HexFormat.of().formatHex(Checksum.newSha1().digest(content));
  }
}

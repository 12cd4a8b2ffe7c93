package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.export.DockerArchive;
import ai.opencode.sandbox.export.OciArchive;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Brings images to targets on this machine. Each method returns a line for each image. */
public final class LocalTarget {

  private final Cache cache;
  private final BlobStore blobs;
  private final List<BuiltImage> images;

  public LocalTarget(Cache cache, List<BuiltImage> images) {
    this.cache = cache;
    this.blobs = cache.blobs();
    this.images = List.copyOf(images);
  }

  public List<String> write(Target.OciFolder target) throws IOException {
    new OciLayout(target.folder(), cache.hashRecords()).put(blobs, byName());
    return images.stream().map(image -> target + ":" + image.name()).toList();
  }

  public List<String> write(Target.OciArchive target) throws IOException {
    new OciArchive(blobs, byName()).writeTo(target.file());
    return images.stream().map(image -> target + ":" + image.name()).toList();
  }

  public List<String> write(Target.DockerArchive target, Set<VersionTag> tags) throws IOException {
    List<DockerArchive.NamedImage> named = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (BuiltImage image : images) {
      List<String> names = names(image, "", tags);
      Descriptor manifest = forPlatform(image, Platform.host(), target);
      named.add(
          new DockerArchive.NamedImage(
              Manifest.parse(blobs.read(manifest.digest()), image.name()), names));
      lines.add(target + ":" + names.get(0));
    }
    new DockerArchive(blobs, named).writeTo(target.file());
    return lines;
  }

  public List<String> write(Target.DockerDaemon target, Set<VersionTag> tags, Progress progress)
      throws IOException {
    List<String> lines = new ArrayList<>();
    try (EngineStore engine = EngineStore.connect(progress)) {
      for (BuiltImage image : images) {
        List<String> names = names(image, target.name(), tags);
        Descriptor manifest = forPlatform(image, engine.platform(), target);
        // The engine checks what it gets, but does not say that it is our file which is damaged.
        for (Digest digest : OciLayout.reachable(blobs, manifest)) {
          blobs.verify(digest);
        }
        engine.put(blobs, manifest, names);
        lines.add("docker-daemon:" + names.get(0));
      }
    }
    return lines;
  }

  private Map<String, Descriptor> byName() {
    Map<String, Descriptor> byName = new TreeMap<>();
    images.forEach(image -> byName.put(image.name(), image.index()));
    return byName;
  }

  /** Names with tags, the most exact first. */
  private static List<String> names(BuiltImage image, String name, Set<VersionTag> tags) {
    String own = name.isEmpty() || name.endsWith("/") ? name + image.name() : name;
    if (own.indexOf(':', own.lastIndexOf('/') + 1) >= 0) {
      return List.of(own);
    }
    return VersionTag.of(image.version(), tags).stream().map(tag -> own + ":" + tag).toList();
  }

  private static Descriptor forPlatform(BuiltImage image, Platform platform, Target target) {
    requirePlatform(
        image.platforms().stream().map(each -> String.valueOf(each.manifest().platform())).toList(),
        platform,
        target);
    return image.platforms().stream()
        .map(BuiltImage.BuiltPlatform::manifest)
        .filter(each -> image.platforms().size() == 1 || platform.equals(each.platform()))
        .findFirst()
        .orElseThrow();
  }

  /** What takes one platform only gets this machine's, or the only one that there is. */
  public static void requirePlatform(List<String> offered, Platform platform, Target target) {
    if (offered.size() > 1 && !offered.contains(platform.toString())) {
      throw new UsageException(
          target
              + " takes images for one platform, and of "
              + String.join(", ", offered)
              + " none is this machine's, "
              + platform
              + "; build one of them only, or to oci:FOLDER");
    }
  }
}

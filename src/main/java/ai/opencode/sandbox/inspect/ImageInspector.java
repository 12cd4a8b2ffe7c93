package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.ImageInspection.FileUse;
import ai.opencode.sandbox.inspect.ImageInspection.LayerUse;
import ai.opencode.sandbox.inspect.ImageInspection.PartOrigin;
import ai.opencode.sandbox.inspect.ImageInspection.PartUse;
import ai.opencode.sandbox.inspect.content.AttachedStatements;
import ai.opencode.sandbox.inspect.content.DatabaseFile;
import ai.opencode.sandbox.inspect.content.FileOwners;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.inspect.content.OpenedImage;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The inspector of images: measures their layers, packages and files, and lists the files. */
@Api
public final class ImageInspector {

  private static final String MODULES = "usr/local/lib/node_modules/";
  private static final Pattern MODULE = Pattern.compile(MODULES + "((?:@[^/]+/)?[^/]+)/.*");
  private static final Pattern LINK_OF_MODULE = Pattern.compile("\\.\\./lib/node_modules/.*");
  private static final int MAX_FLAWS = 5;
  private static final String DATABASE = "apk database";
  private static final String OTHER = "other files";

  private record PartKey(PartOrigin origin, String name) implements Comparable<PartKey> {
    @Override
    public int compareTo(PartKey other) {
      int order = origin.compareTo(other.origin);
      return order != 0 ? order : name.compareTo(other.name);
    }
  }

  private final RegistryAccess access;

  public ImageInspector(RegistryAccess access) {
    this.access = access;
  }

  /** Measures an image. It does not verify: unreadable parts are left out. */
  public ImageInspection inspect(ImageSource source, Platform platform) throws IOException {
    Flaws ignored = (id, where, message) -> {};
    try (ImageStore store = ImageStore.open(source, access)) {
      OpenedImage image = store.image(platform, ignored);
      ImageRoot root = ImageRoot.read(image.layers(), store.work(), ignored);
      InstalledDatabase database = DatabaseFile.read(root, ignored).orElse(null);
      String title = image.config().labels().get(Annotations.TITLE);
      String name = title == null || title.isBlank() ? image.name() : title;
      return new ImageInspection(
          name.isBlank() ? source.toString() : name,
          source.toString(),
          platform,
          image.digest(),
          layers(root),
          parts(root, FileOwners.of(root, database), versions(database)));
    }
  }

  /**
   * Lists the files that every engine unpacks from an image.
   *
   * @throws VerificationException if engines would unpack different files
   */
  public void list(ImageSource source, Platform platform, FileListing listing) throws IOException {
    List<String> found = new ArrayList<>();
    Flaws flaws =
        (id, where, message) -> {
          if (found.size() < MAX_FLAWS && !id.equals(AttachedStatements.ID)) {
            found.add(where + ": " + message);
          }
        };
    try (ImageStore store = ImageStore.open(source, access)) {
      OpenedImage image = store.image(platform, flaws);
      ImageRoot root = ImageRoot.readWithDigests(image.layers(), store.work(), flaws);
      if (!found.isEmpty()) {
        throw new VerificationException(
            source
                + ": engines unpack different files from it ("
                + String.join("; ", found)
                + "). List all findings with verify, and build or pull the image again.");
      }
      listing.add(source.toString(), platform, image.digest(), root);
    }
  }

  private static List<LayerUse> layers(ImageRoot root) {
    List<LayerUse> layers = new ArrayList<>();
    for (ImageRoot.LayerSize each : root.layers()) {
      Layer layer = each.layer();
      Descriptor descriptor = layer.descriptor();
      Digest diffId = layer.diffId();
      Digest digest =
          descriptor != null ? descriptor.digest() : diffId != null ? diffId : Digest.sha256("");
      layers.add(
          new LayerUse(
              layer.number(),
              digest,
              layer.createdBy(),
              each.compressedBytes(),
              each.unpackedBytes(),
              each.entries(),
              each.hiddenBytes()));
    }
    return layers;
  }

  private static Map<String, String> versions(@Nullable InstalledDatabase database) {
    Map<String, String> versions = new HashMap<>();
    if (database != null) {
      for (InstalledPackage each : database.packages()) {
        versions.put(each.pkg().name(), each.pkg().version().toString());
      }
    }
    return versions;
  }

  private static List<PartUse> parts(
      ImageRoot root, FileOwners owners, Map<String, String> versions) {
    Map<PartKey, List<FileUse>> files = new TreeMap<>();
    for (RootEntry entry : root.entries()) {
      if (entry.isDirectory()) {
        continue;
      }
      files
          .computeIfAbsent(part(entry, owners), key -> new ArrayList<>())
          .add(new FileUse(entry.path(), entry.size(), entry.layer()));
    }
    List<PartUse> parts = new ArrayList<>();
    files.forEach(
        (key, list) -> {
          list.sort(
              Comparator.comparingLong(FileUse::bytes).reversed().thenComparing(FileUse::path));
          String version =
              switch (key.origin) {
                case APK -> versions.getOrDefault(key.name, "");
                case NPM -> npmVersion(root, key.name);
                case IMAGE -> "";
              };
          parts.add(
              new PartUse(
                  key.origin,
                  key.name,
                  version,
                  list.stream().mapToLong(FileUse::bytes).sum(),
                  transferBytes(root, list),
                  list));
        });
    parts.sort(
        Comparator.comparingLong(PartUse::bytes)
            .reversed()
            .thenComparing(PartUse::origin)
            .thenComparing(PartUse::name));
    return parts;
  }

  private static PartKey part(RootEntry entry, FileOwners owners) {
    String path = entry.path();
    String owner = owners.of(path).orElse(null);
    if (owner != null) {
      return new PartKey(PartOrigin.APK, owner);
    }
    Matcher module = MODULE.matcher(path);
    if (module.matches()) {
      return new PartKey(PartOrigin.NPM, module.group(1));
    }
    String target = entry.target();
    if (target != null
        && path.startsWith("usr/local/bin/")
        && LINK_OF_MODULE.matcher(target).matches()) {
      Matcher linked = MODULE.matcher("usr/local/" + target.substring(3));
      return linked.matches()
          ? new PartKey(PartOrigin.NPM, linked.group(1))
          : new PartKey(PartOrigin.IMAGE, OTHER);
    }
    if (target != null && target.endsWith("bin/busybox")) {
      return new PartKey(PartOrigin.APK, "busybox");
    }
    return new PartKey(PartOrigin.IMAGE, path.contains("lib/apk/db/") ? DATABASE : OTHER);
  }

  private static String npmVersion(ImageRoot root, String name) {
    String path = MODULES + name + "/package.json";
    try {
      return root.text(path)
          .map(text -> Json.parse(text.getBytes(StandardCharsets.UTF_8), path))
          .map(json -> json.path("version").asText())
          .orElse("");
    } catch (VerificationException e) {
      return "";
    }
  }

  private static long transferBytes(ImageRoot root, List<FileUse> files) {
    double bytes = 0;
    for (FileUse file : files) {
      ImageRoot.LayerSize layer = root.layers().get(file.layer() - 1);
      if (layer.unpackedBytes() > 0) {
        bytes += (double) file.bytes() * layer.compressedBytes() / layer.unpackedBytes();
      }
    }
    return Math.round(bytes);
  }
}

package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value of a lock file with its place in the file. Unknown fields are refused, because a lock
 * decides the content of images.
 *
 * @param place a JSON Pointer (RFC 6901); empty for the whole file
 */
record LockReader(JsonNode node, String place) {

  /** Reads the whole file. */
  static LockFile file(JsonNode root) {
    LockReader file = new LockReader(root, "");
    file.requireOnly("lockVersion", "upstream", "images", "indexes");
    SortedMap<ImageKey, LockedImage> images = new TreeMap<>();
    file.fields("images")
        .forEach(
            (name, image) ->
                image
                    .fields()
                    .forEach(
                        (platform, value) ->
                            images.put(new ImageKey(name, Platform.of(platform)), value.image())));
    return new LockFile(file.at("upstream").upstream(), images, file.indexes());
  }

  private UpstreamKind upstream() {
    return UpstreamKind.of(text())
        .filter(UpstreamKind::isLockable)
        .orElseThrow(
            () ->
                wrong(
                    "is none of "
                        + Arrays.stream(UpstreamKind.values())
                            .filter(UpstreamKind::isLockable)
                            .map(UpstreamKind::toString)
                            .collect(Collectors.joining(", "))));
  }

  /** Reads the build times of indexes; older locks have none. */
  private SortedMap<IndexKey, Long> indexes() {
    SortedMap<IndexKey, Long> indexes = new TreeMap<>();
    if (node.has("indexes")) {
      fields("indexes")
          .forEach(
              (platform, repositories) ->
                  repositories
                      .fields()
                      .forEach(
                          (repository, value) ->
                              indexes.put(
                                  new IndexKey(Platform.of(platform), value.location(repository)),
                                  value.seconds())));
    }
    return indexes;
  }

  /** Returns the repository that is the name of this value. */
  private RepositoryLocation location(String name) {
    if (name.isEmpty()) {
      throw wrong("has no name");
    }
    return new RepositoryLocation(name);
  }

  private long seconds() {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw wrong("is not a time in seconds");
    }
    return node.longValue();
  }

  private LockedImage image() {
    requireOnly("base", "requested", "packages", "removed", "npmLock", "result", "records");
    List<LockedPackage> packages = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (LockReader each : elements("packages")) {
      LockedPackage apk = each.apk();
      if (!names.add(apk.name())) {
        throw each.wrong("names " + apk.name() + " a second time");
      }
      packages.add(apk);
    }
    List<Dependency> requested = new ArrayList<>();
    for (LockReader each : elements("requested")) {
      requested.add(each.parsed(Dependency::of));
    }
    List<PackageId> removed = new ArrayList<>();
    if (node.has("removed")) {
      for (LockReader each : elements("removed")) {
        removed.add(new PackageId(each.text()));
      }
    }
    return new LockedImage(
        node.has("base") ? at("base").base() : null,
        requested,
        packages,
        removed,
        optionalDigest("npmLock"),
        optionalDigest("result"),
        optionalDigest("records"));
  }

  private LockedBase base() {
    requireOnly("reference", "manifest", "keys", "packages", "ownKeys", "ownRepositories");
    SortedMap<String, Digest> keys = node.has("keys") ? at("keys").digests() : new TreeMap<>();
    return new LockedBase(
        at("reference").parsed(Reference::of),
        optionalDigest("manifest"),
        keys,
        node.has("packages") ? at("packages").basePackages() : BasePackages.KEEP,
        own(keys));
  }

  /**
   * Reads the user's own repositories and keys.
   *
   * @param keys the fingerprints of all keys; each key must have its own among them
   */
  private OwnSources own(SortedMap<String, Digest> keys) {
    List<RepositoryKey> own = new ArrayList<>();
    if (node.has("ownKeys")) {
      fields("ownKeys")
          .forEach(
              (name, value) -> {
                RepositoryKey key = value.parsed(pem -> new RepositoryKey(name, pem));
                if (!key.fingerprint().equals(keys.get(name))) {
                  throw value.wrong("does not have the fingerprint in keys");
                }
                own.add(key);
              });
    }
    List<RepositoryLine> repositories = new ArrayList<>();
    if (node.has("ownRepositories")) {
      for (LockReader each : elements("ownRepositories")) {
        RepositoryLine line = each.parsed(RepositoryLine::of);
        if (!line.isTagged()) {
          throw each.wrong("has no tag");
        }
        repositories.add(line);
      }
    }
    return own.isEmpty() && repositories.isEmpty()
        ? OwnSources.none()
        : new OwnSources(own, repositories);
  }

  private BasePackages basePackages() {
    return BasePackages.of(text()).orElseThrow(() -> wrong("is neither upgrade nor keep"));
  }

  private LockedPackage apk() {
    requireOnly(
        "name",
        "version",
        "repository",
        "size",
        "checksum",
        "datahash",
        "diffId",
        "requiredBy",
        "replaces");
    JsonNode size = node.path("size");
    if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() <= 0) {
      throw at("size").wrong("is not a size in bytes");
    }
    return new LockedPackage(
        text("name"),
        ApkVersion.of(text("version")),
        at("repository").parsed(RepositoryLocation::new),
        size.longValue(),
        at("checksum").parsed(Checksum::of),
        new LockedPackage.Data(at("datahash").parsed(Digest::of), at("diffId").parsed(Digest::of)),
        new LockedPackage.Cause(
            node.has("requiredBy") ? text("requiredBy") : null,
            node.has("replaces") ? ApkVersion.of(text("replaces")) : null));
  }

  private LockReader at(String field) {
    String escaped = field.replace("~", "~0").replace("/", "~1");
    return new LockReader(node.path(field), place + "/" + escaped);
  }

  private String text(String field) {
    return at(field).text();
  }

  private String text() {
    if (!node.isTextual() || node.textValue().isEmpty()) {
      throw wrong(node.isMissingNode() ? "is missing" : "is not a text");
    }
    return node.textValue();
  }

  private <T> T parsed(Function<String, T> parser) {
    String text = text();
    try {
      return parser.apply(text);
    } catch (RuntimeException e) {
      throw wrong("is not valid: " + e.getMessage());
    }
  }

  private @Nullable Digest optionalDigest(String field) {
    return node.has(field) ? at(field).parsed(Digest::of) : null;
  }

  private SortedMap<String, Digest> digests() {
    SortedMap<String, Digest> digests = new TreeMap<>();
    fields().forEach((name, value) -> digests.put(name, value.parsed(Digest::of)));
    return digests;
  }

  private Map<String, LockReader> fields(String field) {
    return at(field).fields();
  }

  private Map<String, LockReader> fields() {
    if (!node.isObject()) {
      throw wrong(node.isMissingNode() ? "is missing" : "is not an object");
    }
    Map<String, LockReader> fields = new TreeMap<>();
    node.fieldNames().forEachRemaining(name -> fields.put(name, at(name)));
    return fields;
  }

  private List<LockReader> elements(String field) {
    LockReader array = at(field);
    if (!array.node.isArray()) {
      throw array.wrong(array.node.isMissingNode() ? "is missing" : "is not a list");
    }
    List<LockReader> elements = new ArrayList<>();
    for (JsonNode each : array.node) {
      elements.add(new LockReader(each, array.place + "/" + elements.size()));
    }
    return elements;
  }

  private void requireOnly(String... known) {
    for (String name : fields().keySet()) {
      if (!List.of(known).contains(name)) {
        throw at(name).wrong("is not known to this version");
      }
    }
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException((place.isEmpty() ? "the file" : place) + " " + what);
  }
}

package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.oci.WholeFile;
import ai.opencode.sandbox.stability.Api;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The content of {@code sandbox.lock.json}.
 *
 * @param upstream the kind of source of the inputs, such as {@code official}
 * @param entries the locked images
 * @param indexes build times of the newest package in each repository's index, in seconds since
 *     1970; an older index is a replay
 */
@Api
public record LockFile(
    UpstreamKind upstream,
    SortedMap<ImageKey, LockedImage> entries,
    SortedMap<IndexKey, Long> indexes) {

  /**
   * The version that is written. Version 1 has no word about the base's packages, which were kept,
   * and none about packages that an image does without.
   */
  private static final int VERSION = 2;

  private static final int OLDEST = 1;

  public LockFile {
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    indexes = Collections.unmodifiableSortedMap(new TreeMap<>(indexes));
  }

  public static LockFile empty(UpstreamKind upstream) {
    return new LockFile(upstream, new TreeMap<>(), new TreeMap<>());
  }

  /**
   * Returns the build time of the newest package in a repository's index when this lock was made,
   * in seconds since 1970.
   */
  public Optional<Long> newest(Platform platform, RepositoryLocation repository) {
    return Optional.ofNullable(indexes.get(new IndexKey(platform, repository)));
  }

  public LockFile withNewest(Platform platform, RepositoryLocation repository, long seconds) {
    SortedMap<IndexKey, Long> all = new TreeMap<>(indexes);
    all.put(new IndexKey(platform, repository), seconds);
    return new LockFile(upstream, entries, all);
  }

  public Optional<LockedImage> find(String image, Platform platform) {
    return find(new ImageKey(image, platform));
  }

  public Optional<LockedImage> find(ImageKey image) {
    return Optional.ofNullable(entries.get(image));
  }

  /** Returns the names of the locked images, sorted. */
  public SortedSet<String> images() {
    return entries.keySet().stream()
        .map(ImageKey::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the images of a platform, sorted by name. */
  public List<LockedImage> on(Platform platform) {
    return entries.entrySet().stream()
        .filter(each -> each.getKey().platform().equals(platform))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Returns the base image of a platform's images, pinned by digest. */
  public Optional<Reference> base(Platform platform) {
    return on(platform).stream()
        .flatMap(image -> Optional.ofNullable(image.base()).stream())
        .map(LockedBase::reference)
        .findFirst();
  }

  /** Returns the repositories without a tag from which the packages of a platform come. */
  public List<RepositoryLocation> repositories(Platform platform) {
    Set<RepositoryLocation> all = new LinkedHashSet<>();
    on(platform).stream()
        .flatMap(image -> image.packages().stream())
        .forEach(each -> all.add(each.repository()));
    indexes.keySet().stream()
        .filter(key -> key.platform().equals(platform))
        .forEach(key -> all.add(key.repository()));
    own(platform).repositories().forEach(line -> all.remove(line.location()));
    return List.copyOf(all);
  }

  /** Returns the user's own repositories and keys in a platform's images. */
  public OwnSources own(Platform platform) {
    return on(platform).stream()
        .flatMap(image -> Optional.ofNullable(image.base()).stream())
        .map(LockedBase::own)
        .findFirst()
        .orElse(OwnSources.none());
  }

  /** Returns the platforms of the locked images. */
  public List<Platform> platforms() {
    return entries.keySet().stream()
        .map(ImageKey::platform)
        .distinct()
        .sorted(Comparator.comparing(Platform::toString))
        .toList();
  }

  public LockFile with(String image, Platform platform, LockedImage locked) {
    return with(new ImageKey(image, platform), locked);
  }

  public LockFile with(ImageKey image, LockedImage locked) {
    SortedMap<ImageKey, LockedImage> all = new TreeMap<>(entries);
    all.put(image, locked);
    return new LockFile(upstream, all, indexes);
  }

  /** Returns a lock for another upstream, which expects no results. */
  public LockFile withoutResults(UpstreamKind newUpstream) {
    SortedMap<ImageKey, LockedImage> all = new TreeMap<>();
    entries.forEach((key, image) -> all.put(key, image.withResult(null)));
    return new LockFile(newUpstream, all, indexes);
  }

  /**
   * Adds the platforms of this lock's images that only an earlier lock has, and the earlier build
   * times of indexes that this lock does not have.
   */
  public LockFile keepingPlatformsOf(LockFile earlier) {
    Set<String> names = images();
    SortedMap<ImageKey, LockedImage> all = new TreeMap<>(earlier.entries);
    all.keySet().removeIf(key -> !names.contains(key.name()));
    all.putAll(entries);
    SortedMap<IndexKey, Long> known = new TreeMap<>(earlier.indexes);
    known.putAll(indexes);
    return new LockFile(upstream, all, known);
  }

  /**
   * Reads a lock file.
   *
   * @return the lock, or empty if the file does not exist
   * @throws LockException if the file is malformed, or has another lock version
   */
  public static Optional<LockFile> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(parse(Files.readAllBytes(file), file.toString()));
  }

  /**
   * Reads a lock file's content.
   *
   * @param file the file's name for messages
   * @throws LockException if the content is malformed, or has another lock version
   */
  public static LockFile parse(byte[] content, String file) {
    try {
      return parse(Json.parse(content, file), file);
    } catch (LockException e) {
      throw e;
    } catch (SandboxException | IllegalArgumentException e) {
      throw new LockException(
          "The lock file "
              + file
              + " cannot be read ("
              + e.getMessage()
              + "). Restore or delete it.",
          e);
    }
  }

  private static LockFile parse(JsonNode node, String file) {
    int version = node.path("lockVersion").asInt();
    if (version < OLDEST || version > VERSION) {
      throw new LockException(
          "The lock file "
              + file
              + " has version "
              + version
              + ", and this program reads version "
              + VERSION
              + ". Use the program that wrote the file, or delete it.");
    }
    return LockReader.file(node);
  }

  /** Writes the file atomically. */
  public void write(Path file) throws IOException {
    WholeFile.write(file, toText());
  }

  /** Returns the file's text, indented JSON for reviews. */
  public String toText() throws IOException {
    ObjectNode root = Json.object();
    root.put("lockVersion", VERSION);
    root.put("upstream", upstream.toString());
    ObjectNode byName = root.putObject("images");
    entries.forEach(
        (key, image) -> object(byName, key.name()).set(key.platform().toString(), json(image)));
    if (!indexes.isEmpty()) {
      ObjectNode byPlatform = root.putObject("indexes");
      indexes.forEach(
          (key, seconds) ->
              object(byPlatform, key.platform().toString()).put(key.repository().text(), seconds));
    }
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
    return new ObjectMapper().writer(printer).writeValueAsString(root) + "\n";
  }

  /** Returns the object at a field, which is made if it is missing. */
  private static ObjectNode object(ObjectNode in, String field) {
    return in.get(field) instanceof ObjectNode there ? there : in.putObject(field);
  }

  private static ObjectNode json(LockedBase base) {
    ObjectNode node = Json.object().put("reference", base.reference().toString());
    if (base.manifest() != null) {
      node.put("manifest", base.manifest().toString());
    }
    if (!base.keys().isEmpty()) {
      ObjectNode keys = node.putObject("keys");
      base.keys().forEach((name, fingerprint) -> keys.put(name, fingerprint.toString()));
    }
    node.put("packages", base.packages().toString());
    if (!base.own().keys().isEmpty()) {
      ObjectNode own = node.putObject("ownKeys");
      base.own().keys().forEach(key -> own.put(key.name(), key.pem()));
    }
    if (!base.own().repositories().isEmpty()) {
      ArrayNode own = node.putArray("ownRepositories");
      base.own().repositories().forEach(line -> own.add(line.toString()));
    }
    return node;
  }

  private static ObjectNode json(LockedImage image) {
    ObjectNode node = Json.object();
    if (image.base() != null) {
      node.set("base", json(image.base()));
    }
    ArrayNode requested = node.putArray("requested");
    image.requested().forEach(each -> requested.add(each.toString()));
    ArrayNode packages = node.putArray("packages");
    for (LockedPackage apk : image.packages()) {
      ObjectNode each = packages.addObject();
      each.put("name", apk.name())
          .put("version", apk.version().toString())
          .put("repository", apk.repository().text())
          .put("size", apk.size())
          .put("checksum", apk.checksum().toString())
          .put("datahash", apk.data().hash().toString())
          .put("diffId", apk.data().diffId().toString());
      if (apk.cause().requiredBy() != null) {
        each.put("requiredBy", apk.cause().requiredBy());
      }
      if (apk.cause().replaces() != null) {
        each.put("replaces", apk.cause().replaces().toString());
      }
    }
    if (!image.removed().isEmpty()) {
      ArrayNode removed = node.putArray("removed");
      image.removed().forEach(each -> removed.add(each.name()));
    }
    if (image.npmLock() != null) {
      node.put("npmLock", image.npmLock().toString());
    }
    if (image.result() != null) {
      node.put("result", image.result().toString());
    }
    if (image.records() != null) {
      node.put("records", image.records().toString());
    }
    return node;
  }
}

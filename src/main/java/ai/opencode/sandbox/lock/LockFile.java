package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code sandbox.lock.json}.
 *
 * @param upstream where its inputs come from
 * @param images by name, then by platform
 */
public record LockFile(String upstream, SortedMap<String, SortedMap<String, LockedImage>> images) {

  private static final int VERSION = 1;

  public LockFile {
    SortedMap<String, SortedMap<String, LockedImage>> copy = new TreeMap<>();
    images.forEach(
        (name, platforms) ->
            copy.put(name, Collections.unmodifiableSortedMap(new TreeMap<>(platforms))));
    images = Collections.unmodifiableSortedMap(copy);
  }

  public static LockFile empty(String upstream) {
    return new LockFile(upstream, new TreeMap<>());
  }

  public Optional<LockedImage> find(String image, Platform platform) {
    return Optional.ofNullable(images.get(image)).map(found -> found.get(platform.toString()));
  }

  public LockFile with(String image, Platform platform, LockedImage locked) {
    SortedMap<String, SortedMap<String, LockedImage>> all = new TreeMap<>(images);
    SortedMap<String, LockedImage> platforms =
        new TreeMap<>(images.getOrDefault(image, new TreeMap<>()));
    platforms.put(platform.toString(), locked);
    all.put(image, platforms);
    return new LockFile(upstream, all);
  }

  /**
   * Reads a lock file.
   *
   * @return empty where there is none
   * @throws LockException where it is malformed, or of a later version
   */
  public static Optional<LockFile> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(Json.parse(Files.readAllBytes(file), file.toString()), file));
    } catch (LockException e) {
      throw e;
    } catch (SandboxException | IllegalArgumentException e) {
      throw new LockException(
          "The lock file "
              + file
              + " cannot be read ("
              + e.getMessage()
              + "); restore or delete it",
          e);
    }
  }

  private static LockFile parse(JsonNode node, Path file) {
    int version = node.path("lockVersion").asInt();
    if (version != VERSION) {
      throw new LockException(
          "The lock file "
              + file
              + " has the version "
              + version
              + ", this program reads version "
              + VERSION
              + "; use the program that wrote it, or delete it");
    }
    SortedMap<String, SortedMap<String, LockedImage>> images = new TreeMap<>();
    for (Map.Entry<String, JsonNode> image : node.path("images").properties()) {
      SortedMap<String, LockedImage> platforms = new TreeMap<>();
      for (Map.Entry<String, JsonNode> platform : image.getValue().properties()) {
        Platform.of(platform.getKey());
        platforms.put(platform.getKey(), image(platform.getValue()));
      }
      images.put(image.getKey(), platforms);
    }
    return new LockFile(node.path("upstream").asText(), images);
  }

  private static LockedImage image(JsonNode node) {
    List<LockedPackage> packages = new ArrayList<>();
    for (JsonNode apk : node.path("packages")) {
      packages.add(
          new LockedPackage(
              text(apk, "name"),
              text(apk, "version"),
              text(apk, "repository"),
              apk.path("size").asLong(),
              Checksum.of(text(apk, "checksum")),
              Digest.of(text(apk, "datahash")),
              Digest.of(text(apk, "diffId"))));
    }
    List<String> requested = new ArrayList<>();
    node.path("requested").forEach(word -> requested.add(word.asText()));
    String base = node.path("base").path("reference").asText();
    return new LockedImage(
        base.isEmpty() ? null : Reference.of(base),
        digest(node.path("base").path("manifest")),
        requested,
        packages,
        digest(node.path("npmLock")),
        digest(node.path("result")));
  }

  private static String text(JsonNode node, String field) {
    String text = node.path(field).asText();
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a package without " + field);
    }
    return text;
  }

  private static @Nullable Digest digest(JsonNode node) {
    return node.isTextual() ? Digest.of(node.asText()) : null;
  }

  /** Writes the file, in one step. */
  public void write(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path part = absolute.resolveSibling(absolute.getFileName() + ".part");
    Files.writeString(part, toText());
    Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The file's text: indented JSON, which a review can read. */
  public String toText() throws IOException {
    ObjectNode root = Json.object();
    root.put("lockVersion", VERSION);
    root.put("upstream", upstream);
    ObjectNode byName = root.putObject("images");
    images.forEach(
        (name, platforms) -> {
          ObjectNode byPlatform = byName.putObject(name);
          platforms.forEach((platform, image) -> byPlatform.set(platform, json(image)));
        });
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
    return new ObjectMapper().writer(printer).writeValueAsString(root) + "\n";
  }

  private static ObjectNode json(LockedImage image) {
    ObjectNode node = Json.object();
    if (image.base() != null) {
      ObjectNode base = node.putObject("base").put("reference", image.base().toString());
      if (image.baseManifest() != null) {
        base.put("manifest", image.baseManifest().toString());
      }
    }
    ArrayNode requested = node.putArray("requested");
    image.requested().forEach(requested::add);
    ArrayNode packages = node.putArray("packages");
    for (LockedPackage apk : image.packages()) {
      packages
          .addObject()
          .put("name", apk.name())
          .put("version", apk.version())
          .put("repository", apk.repository())
          .put("size", apk.size())
          .put("checksum", apk.checksum().toString())
          .put("datahash", apk.dataHash().toString())
          .put("diffId", apk.diffId().toString());
    }
    if (image.npmLock() != null) {
      node.put("npmLock", image.npmLock().toString());
    }
    if (image.result() != null) {
      node.put("result", image.result().toString());
    }
    return node;
  }
}

package ai.opencode.sandbox.npm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.util.Map;
import java.util.TreeMap;

/** A builder of a lock and of the tarballs that it contains. */
final class ANpmLock {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SOME_HASH =
      ANpmTarball.integrity("some tarball".getBytes(java.nio.charset.StandardCharsets.UTF_8))
          .toString();

  private final ObjectNode root = MAPPER.createObjectNode();
  private final Map<String, byte[]> tarballs = new TreeMap<>();

  private ANpmLock() {
    root.put("name", "project").put("version", "1.0.0").put("lockfileVersion", 3);
    root.putObject("packages").putObject("");
  }

  /** Returns a lock whose project depends on these names. */
  static ANpmLock asking(String... names) {
    ANpmLock lock = new ANpmLock();
    ObjectNode dependencies = lock.entry("").putObject("dependencies");
    for (String name : names) {
      dependencies.put(name, "1.0.0");
    }
    return lock;
  }

  /**
   * Adds a package with version 1.0.0 and some hash; {@code fields} is the inside of a JSON object.
   */
  ANpmLock with(String path, String fields) {
    ObjectNode entry = root.withObjectProperty("packages").putObject(path);
    entry.put("version", "1.0.0").put("integrity", SOME_HASH);
    entry.setAll(object("{" + fields + "}"));
    return this;
  }

  ANpmLock with(String path) {
    return with(path, "");
  }

  /** Adds a package with a tarball. */
  ANpmLock with(String path, ANpmTarball tarball, String fields) {
    with(path, fields);
    byte[] bytes = tarball.bytes();
    entry(path)
        .put("version", tarball.version())
        .put("integrity", ANpmTarball.integrity(bytes).toString());
    tarballs.put(path, bytes);
    return this;
  }

  ANpmLock with(String path, ANpmTarball tarball) {
    return with(path, tarball, "");
  }

  /** Adds an entry with exactly these fields. */
  ANpmLock withRaw(String path, String json) {
    root.withObjectProperty("packages").set(path, object(json));
    return this;
  }

  ANpmLock withTarball(String path, byte[] bytes) {
    tarballs.put(path, bytes);
    return this;
  }

  String json() {
    return root.toPrettyString();
  }

  /** Returns the lock with the project that it was made for. */
  NpmFiles files() {
    ObjectNode project = MAPPER.createObjectNode();
    project.set("dependencies", entry("").path("dependencies"));
    return new NpmFiles(project.toString(), json());
  }

  NpmLock parse() {
    return NpmLock.parse(json(), "package-lock.json");
  }

  NpmTree tree() {
    return NpmTree.global(parse(), NpmPlatform.musl("x64"));
  }

  TarballSource tarballs() {
    return new ATarballSource(
        locked -> {
          byte[] bytes = tarballs.get(locked.installPath().toString());
          if (bytes == null) {
            throw new FileNotFoundException(locked.installPath().toString());
          }
          return locked
              .tarballIntegrity()
              .orElseThrow()
              .verifying(new ByteArrayInputStream(bytes), locked.id() + ".tgz");
        });
  }

  private ObjectNode entry(String path) {
    return (ObjectNode) root.path("packages").path(path);
  }

  private static ObjectNode object(String json) {
    try {
      return (ObjectNode) MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}

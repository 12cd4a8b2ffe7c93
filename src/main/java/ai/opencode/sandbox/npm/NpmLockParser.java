package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Published;
import ai.opencode.sandbox.npm.LockedNpmPackage.Requirements;
import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code packages} of a {@code package-lock.json}, version 2 or 3 (npm's documentation,
 * package-lock-json).
 *
 * <pre>{@code
 * "node_modules/tsx": {
 *   "version": "4.20.6",
 *   "integrity": "sha512-…",
 *   "dependencies": {"esbuild": "~0.25.0"},
 *   "bin": {"tsx": "dist/cli.mjs"},
 *   "optionalDependencies": {"fsevents": "~2.3.3"}
 * }
 * }</pre>
 */
final class NpmLockParser {

  private static final int MAX_PACKAGES = 20_000;
  private static final String REMAKE = "Create it again with npm install --package-lock-only.";

  private final String source;

  NpmLockParser(String source) {
    this.source = source;
  }

  NpmLock parse(String json) {
    JsonNode root = NpmJson.parseObject(json, source);
    JsonNode entries = root.path("packages");
    requireVersion(root.path("lockfileVersion").asInt(0), entries);
    JsonNode project = entries.path("");
    if (!project.isObject()) {
      throw new VerificationException(
          source + ": no entry \"\" for the project itself under \"packages\". " + REMAKE);
    }
    if (entries.size() > MAX_PACKAGES) {
      throw new VerificationException(source + ": more than " + MAX_PACKAGES + " packages");
    }
    requireNoWorkspaces(project.path("workspaces"));
    requireDistinct(entries);
    List<LockedNpmPackage> packages = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      if (!entry.getKey().isEmpty()) {
        packages.add(locked(entry.getKey(), entry.getValue()));
      }
    }
    Requirements requirements = requirements("", project, PlatformConstraint.ANYWHERE);
    return new NpmLock(source, directDependencies(project), requirements, packages);
  }

  private void requireVersion(int version, JsonNode entries) {
    if (version > 3) {
      throw new UsageException(
          source
              + ": this is a lock of version "
              + version
              + ", but only 2 and 3 are supported. Create it again with npm install"
              + " --package-lock-only --lockfile-version=3.");
    }
    if (version < 2 || !entries.isObject()) {
      throw new UsageException(
          source
              + ": this is a lock of version "
              + (version == 0 ? "unknown" : version)
              + (version < 2 ? "" : " without \"packages\"")
              + ", which does not name the place of each package. Create it again with npm install"
              + " --package-lock-only of npm 7 or later.");
    }
  }

  private void requireNoWorkspaces(JsonNode workspaces) {
    if (!workspaces.isEmpty() || workspaces.isTextual()) {
      throw new VerificationException(
          source
              + ": the project has workspaces, which are directories outside of node_modules. Make"
              + " a project without them, and publish what it needs of them to a registry.");
    }
  }

  /** Requires that the places of packages also differ on a computer that ignores case. */
  private void requireDistinct(JsonNode entries) {
    Map<String, String> seen = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      String other = seen.putIfAbsent(entry.getKey().toLowerCase(Locale.ROOT), entry.getKey());
      if (other != null) {
        throw malformed(
            entry.getKey(),
            "differs from "
                + other
                + " only in upper and lower case, so not every file system can have both. Use only"
                + " one of the packages.");
      }
    }
  }

  /** Returns name to version range, as in {@code package.json}. */
  SortedMap<String, String> directDependencies(JsonNode project) {
    SortedMap<String, String> direct = new TreeMap<>();
    for (String field : List.of("dependencies", "optionalDependencies", "peerDependencies")) {
      for (Map.Entry<String, JsonNode> entry : project.path(field).properties()) {
        direct.put(name(entry.getKey(), ""), text(entry.getValue(), "", field));
      }
    }
    return direct;
  }

  private LockedNpmPackage locked(String path, JsonNode entry) {
    if (!entry.isObject()) {
      throw malformed(path, "the entry is not an object");
    }
    String address = optionalText(entry, path, "resolved", "");
    refuse(path, PackageOrigin.elsewhere(path, entry, address));
    InstallPath place = InstallPath.parse(path, source);
    String name = name(optionalText(entry, path, "name", place.name()), path);
    JsonNode versionNode = entry.path("version");
    if (versionNode.isMissingNode()) {
      throw malformed(path, "no version. " + REMAKE);
    }
    String version = text(versionNode, path, "version");
    Set<Trait> traits = traits(entry);
    if (entry.has("resolved")) {
      refuse(path, PackageOrigin.noRegistry(address, name, version));
    }
    LockedNpmPackage.Carrier carrier = carrier(path, entry);
    SortedMap<String, String> bin = bin(path, name, entry.path("bin"));
    Requirements requirements = requirements(path, entry, platform(path, entry));
    try {
      // Old packages have objects here; their licence counts as unknown.
      Published published =
          new Published(name, version, carrier, entry.path("license").textValue());
      return new LockedNpmPackage(place, published, bin, requirements, traits);
    } catch (VerificationException e) {
      throw new VerificationException(source + ": " + e.getMessage(), e);
    }
  }

  private void refuse(String path, Optional<String> flaw) {
    if (flaw.isPresent()) {
      throw malformed(path, flaw.get());
    }
  }

  private static Set<Trait> traits(JsonNode entry) {
    Set<Trait> traits = EnumSet.noneOf(Trait.class);
    if (entry.path("hasInstallScript").asBoolean(false)) {
      traits.add(Trait.INSTALL_SCRIPT);
    }
    return traits;
  }

  private LockedNpmPackage.Carrier carrier(String path, JsonNode entry) {
    // A package with a hash of its own is one that the project itself bundles.
    return entry.path("inBundle").asBoolean(false) && !entry.has("integrity")
        ? new LockedNpmPackage.Bundled()
        : new LockedNpmPackage.Tarball(integrity(path, entry));
  }

  private Integrity integrity(String path, JsonNode entry) {
    JsonNode integrity = entry.path("integrity");
    if (integrity.isMissingNode()) {
      throw malformed(path, "no integrity, so its tarball cannot be verified. " + REMAKE);
    }
    String text = text(integrity, path, "integrity");
    try {
      return Integrity.of(text);
    } catch (VerificationException e) {
      throw malformed(path, e.getMessage() + ". " + REMAKE);
    }
  }

  private SortedMap<String, String> bin(String path, String name, JsonNode bin) {
    SortedMap<String, String> commands = new TreeMap<>();
    if (bin.isTextual()) {
      commands.put(command(path, name), binFile(path, bin.textValue()));
    } else if (bin.isObject()) {
      for (Map.Entry<String, JsonNode> entry : bin.properties()) {
        commands.put(
            command(path, entry.getKey()), binFile(path, text(entry.getValue(), path, "bin")));
      }
    } else if (!bin.isMissingNode()) {
      throw malformed(path, "\"bin\" is neither a string nor an object");
    }
    return commands;
  }

  /** Returns a command's name without directories, as npm does: @scope/tool becomes tool. */
  private String command(String path, String key) {
    String command = key.substring(key.lastIndexOf('/') + 1);
    if (!PackagePath.isSegment(command)) {
      throw malformed(path, "\"" + key + "\" is not a valid command name");
    }
    return command;
  }

  private String binFile(String path, String file) {
    String clean = file;
    while (clean.startsWith("./")) {
      clean = clean.substring(2);
    }
    if (!PackagePath.isValid(clean)) {
      throw malformed(path, "\"" + file + "\" under \"bin\" is not a path inside the package");
    }
    return clean;
  }

  private PlatformConstraint platform(String path, JsonNode entry) {
    return new PlatformConstraint(
        strings(path, entry, "os"), strings(path, entry, "cpu"), strings(path, entry, "libc"));
  }

  private Requirements requirements(String path, JsonNode entry, PlatformConstraint platform) {
    Set<String> optional = names(path, entry, "optionalDependencies");
    Set<String> required = names(path, entry, "dependencies");
    JsonNode meta = entry.path("peerDependenciesMeta");
    Set<String> optionalPeers = new TreeSet<>();
    for (String peer : names(path, entry, "peerDependencies")) {
      // An optional peer is used if another package brings it, but is not installed for this one.
      boolean isOptional = meta.path(peer).path("optional").asBoolean(false);
      (isOptional ? optionalPeers : required).add(peer);
    }
    required.removeAll(optional);
    optionalPeers.removeAll(required);
    optionalPeers.removeAll(optional);
    return new Requirements(
        new TreeSet<>(required), new TreeSet<>(optional), new TreeSet<>(optionalPeers), platform);
  }

  private Set<String> names(String path, JsonNode entry, String field) {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, JsonNode> dependency : entry.path(field).properties()) {
      names.add(name(dependency.getKey(), path));
    }
    return names;
  }

  private List<String> strings(String path, JsonNode entry, String field) {
    JsonNode node = entry.path(field);
    if (node.isTextual()) {
      return List.of(node.textValue());
    }
    List<String> values = new ArrayList<>();
    for (JsonNode value : node) {
      values.add(text(value, path, field));
    }
    return values;
  }

  private String name(String name, String path) {
    if (!InstallPath.isName(name)) {
      throw malformed(path, "\"" + name + "\" is not a valid npm package name");
    }
    return name;
  }

  private String optionalText(JsonNode entry, String path, String field, String otherwise) {
    JsonNode node = entry.path(field);
    return node.isMissingNode() ? otherwise : text(node, path, field);
  }

  private String text(JsonNode node, String path, String field) {
    @Nullable String text = node.textValue();
    if (text == null) {
      throw malformed(path, "\"" + field + "\" is not a string");
    }
    return text;
  }

  private VerificationException malformed(String path, String what) {
    return new VerificationException(
        source + ", " + (path.isEmpty() ? "the project itself" : path) + ": " + what);
  }
}

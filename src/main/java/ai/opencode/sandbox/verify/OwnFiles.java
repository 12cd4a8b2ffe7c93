package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.npm.NpmLock;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files that this program adds to images besides those of packages. They are read from the
 * resources of the program, and an image's files are compared with their content.
 *
 * @param files the files, by path
 * @param npm the locks of the global npm packages; empty if this program has none for the image
 */
record OwnFiles(SortedMap<String, OwnFile> files, List<NpmLock> npm) {

  /** The program that starts the command of a sandbox's container. */
  static final String START = "/usr/local/lib/opencode-sandbox/start";

  private static final String GIT = "etc/gitconfig";
  private static final String RELAY = "usr/local/lib/opencode-sandbox/relay.cjs";
  private static final String MODULES = "usr/local/lib/opencode-sandbox/global-modules.cjs";
  private static final String MANAGED = "etc/opencode/opencode.json";
  private static final String LAYERS = "/ai/opencode/sandbox/layers/";

  /**
   * A file that this release of the program adds.
   *
   * @param mode the permission bits
   * @param owner the user and group id, with a colon between them
   * @param sha1 the SHA-1 of the file's content, in hex
   */
  record OwnFile(int mode, String owner, String sha1) {

    /** Creates a file of root. */
    OwnFile(int mode, String sha1) {
      this(mode, "0:0", sha1);
    }
  }

  OwnFiles {
    npm = List.copyOf(npm);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /**
   * Returns the files that an image with a contract may have. The contract of images in general
   * allows the files of each of this program's images, because an image may be based on any.
   */
  static OwnFiles of(Contract contract) {
    SortedMap<String, OwnFile> files = new TreeMap<>();
    files.put(GIT, new OwnFile(0644, sha1(resource("base/" + GIT))));
    files.put(START.substring(1), new OwnFile(0755, sha1(resource("base" + START))));
    files.put(RELAY, new OwnFile(0644, sha1(resource("base/" + RELAY))));
    DefinedImage defined = contract.definition();
    if (defined != null) {
      return of(files, defined);
    }
    boolean agent = contract.name().equals(Contract.AGENT.name());
    boolean developer = agent || contract.name().equals(Contract.DEVELOPER.name());
    if (developer || !contract.closed()) {
      files.put(MODULES, new OwnFile(0644, sha1(resource("developer/" + MODULES))));
    }
    if (agent || !contract.closed()) {
      files.put(MANAGED, new OwnFile(0644, sha1(resource("agent/" + MANAGED))));
    }
    List<NpmLock> npm = new ArrayList<>();
    if (developer) {
      npm.add(lock("sdk/package-lock.json"));
    }
    if (agent) {
      npm.add(lock("agent/package-lock.json"));
    }
    return new OwnFiles(files, npm);
  }

  private static OwnFiles of(SortedMap<String, OwnFile> every, DefinedImage defined) {
    SortedMap<String, OwnFile> files = defined.isSandbox() ? every : new TreeMap<>();
    defined
        .entries()
        .forEach(
            (path, entry) -> {
              if (entry instanceof DefinedImage.FileEntry file) {
                files.put(path.substring(1), new OwnFile(file.mode(), file.owner(), file.sha1()));
              }
            });
    List<NpmLock> npm = new ArrayList<>();
    for (DefinedImage.NpmPackages each : defined.npm()) {
      if (each.directory() == null) {
        npm.add(each.lock());
      }
    }
    return new OwnFiles(files, npm);
  }

  /** Returns whether a definition has the settings of git that every sandbox has. */
  static boolean isGitSettings(DefinedImage defined) {
    return defined.entries().get("/" + GIT) instanceof DefinedImage.FileEntry file
        && sha1(resource("base/" + GIT)).equals(file.sha1());
  }

  private static NpmLock lock(String name) {
    return NpmLock.parse(new String(resource(name), StandardCharsets.UTF_8), "layers/" + name);
  }

  boolean has(String path) {
    return files.containsKey(path);
  }

  /** Returns the defect of an entry at one of the paths; empty if there is none. */
  Optional<String> flaw(RootEntry entry) {
    if (!entry.isFile()) {
      return Optional.of("it is " + entry.kind() + ", but a file in the program's own images");
    }
    OwnFile wanted = Objects.requireNonNull(files.get(entry.path()), entry.path());
    if (!entry.owner().equals(wanted.owner()) || entry.mode() != wanted.mode()) {
      return Optional.of(
          "it has owner and mode "
              + entry.owner()
              + ":"
              + entry.octalMode()
              + " instead of "
              + wanted.owner()
              + ":"
              + Integer.toOctalString(wanted.mode()));
    }
    return wanted.sha1().equals(entry.sha1())
        ? Optional.empty()
        : Optional.of(
            "its content is not that of this release (SHA-1 "
                + entry.sha1()
                + ", not "
                + wanted.sha1()
                + ")");
  }

  private static String sha1(byte[] content) {
    return HexFormat.of().formatHex(Checksum.newSha1().digest(content));
  }

  private static byte[] resource(String name) {
    try (InputStream in = OwnFiles.class.getResourceAsStream(LAYERS + name)) {
      if (in == null) {
        throw new FileNotFoundException("layers/" + name + " is missing from the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

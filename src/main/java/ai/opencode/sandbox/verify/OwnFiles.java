package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.npm.NpmLock;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files that the product's images contain besides those of packages, from the resources of the
 * program itself. An image's files are compared by content: a correct path alone proves nothing.
 *
 * @param checksums by path, SHA-1 in hex
 * @param npm the lock of the global npm packages; null if the program has none for the image
 */
record OwnFiles(SortedMap<String, String> checksums, @Nullable NpmLock npm) {

  private static final String GIT = "etc/gitconfig";
  private static final String MODULES = "usr/local/lib/opencode-sandbox/global-modules.cjs";
  private static final String LAYERS = "/ai/opencode/sandbox/layers/";
  private static final int MODE = 0644;

  OwnFiles {
    checksums = Collections.unmodifiableSortedMap(new TreeMap<>(checksums));
  }

  /**
   * Returns the files for a contract. An image with an open contract may be based on either of the
   * product's images.
   */
  static OwnFiles of(Contract contract) {
    SortedMap<String, String> checksums = new TreeMap<>();
    checksums.put(GIT, sha1(resource("base/" + GIT)));
    boolean developer = contract.name().equals(Contract.DEVELOPER.name());
    if (developer || !contract.closed()) {
      checksums.put(MODULES, sha1(resource("developer/" + MODULES)));
    }
    if (!developer) {
      return new OwnFiles(checksums, null);
    }
    String lock = "sdk/package-lock.json";
    String text = new String(resource(lock), StandardCharsets.UTF_8);
    return new OwnFiles(checksums, NpmLock.parse(text, "layers/" + lock));
  }

  boolean has(String path) {
    return checksums.containsKey(path);
  }

  /** Returns the defect of an entry at one of the paths; empty if there is none. */
  Optional<String> flaw(RootEntry entry) {
    if (!entry.isFile()) {
      return Optional.of("it is " + entry.kind() + ", but a file in the program's own images");
    }
    if (!entry.owner().equals("0:0") || entry.mode() != MODE) {
      return Optional.of(
          "it has owner and mode "
              + entry.owner()
              + ":"
              + entry.octalMode()
              + " instead of 0:0:"
              + Integer.toOctalString(MODE));
    }
    String wanted = checksums.get(entry.path());
    return String.valueOf(wanted).equals(entry.sha1())
        ? Optional.empty()
        : Optional.of(
            "its content is not that of this release (SHA-1 "
                + entry.sha1()
                + ", not "
                + wanted
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

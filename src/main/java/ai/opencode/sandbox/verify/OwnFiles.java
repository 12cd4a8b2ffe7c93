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
 * The files that this program's images have beside those of packages, as the program itself carries
 * them. An image is held against their content: that a file lies at the right path says nothing.
 *
 * @param checksums by path, SHA-1 in hex
 * @param npm the lock of the global npm packages; null where the program knows of none
 */
record OwnFiles(SortedMap<String, String> checksums, @Nullable NpmLock npm) {

  private static final String GIT = "etc/gitconfig";
  private static final String MODULES = "usr/local/lib/opencode-sandbox/global-modules.cjs";
  private static final String LAYERS = "/ai/opencode/sandbox/layers/";
  private static final int MODE = 0644;

  OwnFiles {
    checksums = Collections.unmodifiableSortedMap(new TreeMap<>(checksums));
  }

  /** An image with an open contract may stand on either of the program's images. */
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

  /** What is wrong with an entry at one of the paths. */
  Optional<String> flaw(RootEntry entry) {
    if (!entry.isFile()) {
      return Optional.of("it is " + entry.kind() + ", and the program's own images have a file");
    }
    if (!entry.owner().equals("0:0") || entry.mode() != MODE) {
      return Optional.of(
          "it has owner and mode "
              + entry.owner()
              + ":"
              + entry.octalMode()
              + ", and in the program's own images 0:0:"
              + Integer.toOctalString(MODE));
    }
    String wanted = checksums.get(entry.path());
    return String.valueOf(wanted).equals(entry.sha1())
        ? Optional.empty()
        : Optional.of(
            "its content is not the one that this release brings (SHA-1 "
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

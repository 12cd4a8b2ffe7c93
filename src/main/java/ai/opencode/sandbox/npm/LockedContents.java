package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The packages that a tarball contains by the lock: its own, and those bundled in it. A lock says
 * names and versions beside the tarball's hash, and bills of materials repeat them, so they must be
 * those in the tarball.
 */
final class LockedContents {

  private static final int MAX_MANIFEST = 4 << 20;

  private final String source;
  private final Map<String, LockedNpmPackage> byManifest = new TreeMap<>();
  private final TarballDirectory directory;

  /**
   * Creates contents.
   *
   * @param source the tarball's name in messages
   */
  LockedContents(LockedNpmPackage carrier, List<LockedNpmPackage> bundled, String source) {
    this.source = source;
    byManifest.put(NpmFiles.PROJECT, carrier);
    for (LockedNpmPackage each : bundled) {
      byManifest.put(each.installPath().fileIn(carrier.installPath(), NpmFiles.PROJECT), each);
    }
    directory =
        TarballDirectory.with(
            bundled.stream().map(each -> each.installPath().in(carrier.installPath())).toList());
  }

  /**
   * Rejects a bundled package that the lock does not list: it would be missing from every bill of
   * materials, and could replace a locked one.
   *
   * @throws VerificationException if the entry belongs to such a package
   */
  void requireListed(TarEntry entry) {
    if (!directory.allows(entry.path())) {
      throw new VerificationException(
          source
              + ": contains "
              + entry.path()
              + ", a package that the lock does not list as bundled. Create the lock again with"
              + " npm install --package-lock-only.");
    }
  }

  /**
   * Returns the content of a file, which is compared with the lock if it is a {@code package.json}
   * of a package.
   *
   * @throws VerificationException if it has another name or version than the lock
   */
  InputStream checked(TarEntry.File file, InputStream content) throws IOException {
    LockedNpmPackage locked = byManifest.get(file.path());
    if (locked == null) {
      return content;
    }
    String place = source + ": " + file.path();
    if (file.size() > MAX_MANIFEST) {
      throw new VerificationException(
          place
              + " has "
              + file.size()
              + " bytes, which is too large. Use another version of the package.");
    }
    byte[] bytes = content.readAllBytes();
    PackageManifest found = PackageManifest.read(bytes, place);
    if (!found.fits(locked)) {
      throw new VerificationException(
          place
              + " is that of "
              + found
              + ", and the lock has "
              + locked.id()
              + " there. Create the lock again with npm install --package-lock-only.");
    }
    return new ByteArrayInputStream(bytes);
  }
}

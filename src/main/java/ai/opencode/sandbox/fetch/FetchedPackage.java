package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;

/** A verified package of a repository, in the cache. */
public final class FetchedPackage {

  private final ApkPackage pkg;
  private final PackageFile file;

  FetchedPackage(ApkPackage pkg, PackageFile file) {
    this.pkg = pkg;
    this.file = file;
  }

  /**
   * Returns the package as its control segment describes it, with the architecture of its
   * repository. apk writes this one to the installed database, also for packages that declare
   * {@code noarch}.
   */
  public ApkPackage pkg() {
    return pkg;
  }

  PackageFile file() {
    return file;
  }

  /** Returns the signature and the control segment. */
  public PackageHead head() {
    return file.head();
  }

  public ControlSegment control() {
    return file.head().control();
  }

  /**
   * Returns the data segment as a blob of the cache; its digest is the {@code datahash} in the
   * control segment.
   */
  public Descriptor data() {
    return file.data();
  }

  /** Returns the digest of the uncompressed data segment, a tar archive. */
  public Digest diffId() {
    return file.diffId();
  }

  /** Returns the size of that archive in bytes. */
  public long unpackedBytes() {
    return file.unpackedBytes();
  }

  /** Returns whether that archive ends with two zero blocks. */
  public boolean endOfArchive() {
    return file.endOfArchive();
  }

  /** Returns the entries in the archive's order. */
  public List<ListedEntry> entries() {
    return file.entries();
  }
}

package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.stability.Api;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of an image that leads to a trusted signature, or to a result in a lock.
 *
 * @param packages the Alpine packages, by what proves them
 * @param unsigned the number of packages that nothing proves
 * @param layers the layers, by number and size
 * @param command a shell command that checks one of the packages with apk, in the directory of the
 *     image's OCI layout; null if no layer is signed
 * @param locked the name of the image of a lock that this one is, which proves all its bytes; null
 *     if no lock is given, or it does not show that
 */
@Api
public record OriginSummary(
    Packages packages,
    int unsigned,
    Layers layers,
    @Nullable String command,
    @Nullable String locked) {

  private static final int MAX_NAMES = 200;

  /**
   * Packages as {@code <name>-<version>}, by what proves them.
   *
   * @param whole those that a trusted key signed with all their files
   * @param rewritten those that a trusted key signed, whose files are in layers that no key signed
   * @param ofBase those of the base image, for which its digest alone counts
   */
  public record Packages(List<String> whole, List<String> rewritten, List<String> ofBase) {

    static final Packages NONE = new Packages(List.of(), List.of(), List.of());

    public Packages {
      whole = List.copyOf(whole);
      rewritten = List.copyOf(rewritten);
      ofBase = List.copyOf(ofBase);
    }

    /** Returns the number of those that a trusted key signed. */
    public int signed() {
      return whole.size() + rewritten.size();
    }
  }

  /**
   * The numbers and sizes of layers.
   *
   * @param all the number of layers
   * @param signed the number of layers that are signed, since they are the data of a package
   * @param bytes the compressed size of all layers, in bytes
   * @param signedBytes the compressed size of the signed layers, in bytes
   */
  public record Layers(int all, int signed, long bytes, long signedBytes) {}

  static OriginSummary none(Examined image) {
    return of(image, Packages.NONE, Set.of());
  }

  static OriginSummary of(Examined image, Packages packages, Set<Digest> signedLayers) {
    ImageRoot root = image.root();
    int proven = packages.signed() + packages.ofBase().size();
    return new OriginSummary(
        packages,
        Math.max(0, image.packages().size() - proven),
        new Layers(
            root.layers().size(),
            signedLayers.size(),
            root.compressedBytes(),
            OriginTrust.bytes(image, signedLayers)),
        null,
        null);
  }

  OriginSummary with(@Nullable String newCommand, @Nullable String newLocked) {
    return new OriginSummary(packages, unsigned, layers, newCommand, newLocked);
  }

  /** Returns the number of packages that trusted keys signed. */
  public int signed() {
    return packages.signed();
  }

  /** Returns the summary for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("  origin: " + counts());
    name("signed with all their files", packages.whole(), lines);
    name(
        locked == null
            ? "signed, but not their files, which share layers"
            : "signed, and their files proved by the lock's result alone",
        packages.rewritten(),
        lines);
    if (locked != null) {
      lines.add(
          "  The lock's result for "
              + PlainText.line(locked)
              + " is this image: if the lock can be trusted, so can all its bytes.");
    } else if (layers.signed() < layers.all()) {
      lines.add(
          "  Files in the other layers are compared with apk's database, which no key signs: to"
              + " prove them, name the image's lock with --lock, or build the image again from it"
              + " and compare the digests.");
    }
    if (command != null) {
      lines.add("  Check one yourself, in the image's OCI layout: " + command);
    }
    return lines;
  }

  /** Returns the end of the sentence about an image without findings. */
  String conclusion() {
    if (locked != null) {
      return ", and it is the lock's";
    }
    return signed() > 0
        ? ", and trusted keys signed its packages"
        : ", and its packages are all those of a known base image";
  }

  /** Adds the summary for programs. */
  void putInto(ObjectNode node) {
    node.put("packages", signed() + unsigned)
        .put("signed", signed())
        .put("ofBase", packages.ofBase().size())
        .put("layers", layers.all())
        .put("signedLayers", layers.signed())
        .put("bytes", layers.bytes())
        .put("signedBytes", layers.signedBytes())
        .put("command", command)
        .put("locked", locked);
    packages.whole().forEach(node.putArray("whole")::add);
    packages.rewritten().forEach(node.putArray("rewritten")::add);
  }

  private static void name(String what, List<String> packages, List<String> lines) {
    if (!packages.isEmpty()) {
      int more = packages.size() - MAX_NAMES;
      String names = String.join(", ", packages.subList(0, Math.min(MAX_NAMES, packages.size())));
      lines.add(
          "  " + what + ": " + PlainText.line(names) + (more > 0 ? " and " + more + " more" : ""));
    }
  }

  private String counts() {
    return String.format(
        Locale.ROOT,
        "%d of %d packages signed by trusted keys (%d with all their files), %d of the base image"
            + " by its digest; %d of %d layers and %s of %s are signed data",
        signed(),
        signed() + unsigned,
        packages.whole().size(),
        packages.ofBase().size(),
        layers.signed(),
        layers.all(),
        ByteSize.megabytes(layers.signedBytes()),
        ByteSize.megabytes(layers.bytes()));
  }
}

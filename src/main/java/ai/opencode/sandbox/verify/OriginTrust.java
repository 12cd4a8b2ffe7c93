package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.ApkOrigin.Stored;
import ai.opencode.sandbox.attest.OriginBase;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of an image that leads to signatures by trusted keys. Keys in the image prove nothing by
 * themselves: they count if they are trusted from elsewhere, and otherwise show consistency only.
 */
final class OriginTrust {

  /** The id of the findings about packages that no trusted key signed. */
  static final String ID = "origin-signature";

  /** The names of packages that need no quotes in a shell. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._+-]*");

  private static final String KEYS = "etc/apk/keys";

  /** The id of the findings about base images that are not known. */
  static final String BASE = "origin-base";

  private final TrustedKeys trusted;
  private final KnownImages known;

  OriginTrust(TrustedKeys trusted, KnownImages known) {
    this.trusted = trusted;
    this.known = known;
  }

  /** Judges the packages of an image, and reports those that no trusted key signed. */
  OriginSummary judge(Examined image, Flaws flaws) {
    ApkOrigin origin = image.attestations().origin();
    if (origin == null) {
      flaws.add(
          ID,
          "image",
          "it has no proof of origin. Build it again, with --attest +origin if needed");
      return OriginSummary.none(image);
    }
    KeyFiles own = keysOf(image);
    Keyring present = own.ring();
    Keyring ring = trusted.ring(own, image.platform().apkArchitecture());
    Set<Digest> layers = new HashSet<>();
    List<String> whole = new ArrayList<>();
    List<String> rewritten = new ArrayList<>();
    List<String> ofBase = new ArrayList<>();
    for (ApkOrigin.Proof each : origin.packages()) {
      if (each.stored() == Stored.BASE) {
        ofBase.add(each.label());
        continue;
      }
      Optional<PackageHead> head = OriginCheck.head(each);
      if (head.isPresent() && head.get().signer(ring, each.label()).isPresent()) {
        String data = head.get().control().info().dataHash().orElse("");
        Optional<Digest> verbatim = each.layer().filter(layer -> layer.hex().equals(data));
        verbatim.ifPresent(layers::add);
        (each.layer().equals(verbatim) ? whole : rewritten).add(each.label());
      } else {
        flaws.add(ID, each.label(), reason(head, present, each));
      }
    }
    base(origin, image, ofBase.size(), flaws);
    if (origin.packages().isEmpty()) {
      flaws.add(ID, "image", "no package of it is signed, since the proof of origin names none");
    }
    return OriginSummary.of(image, new OriginSummary.Packages(whole, rewritten, ofBase), layers)
        .with(command(image, layers), LockedOrigin.judge(image, known, flaws).orElse(null));
  }

  /** Reports a base image of which only the image itself says that it is one. */
  private void base(ApkOrigin origin, Examined image, int packages, Flaws flaws) {
    OriginBase base = origin.base();
    if (packages > 0
        && !known.haveBase(image.platform(), base.root())
        && !known.haveBase(image.platform(), base.manifestDigest())) {
      flaws.add(
          BASE,
          "base",
          "the proof of origin calls "
              + packages
              + (packages == 1 ? " package one" : " packages those")
              + " of the base image "
              + base.root()
              + ", which neither this program nor a lock names. Name the lock that the image was"
              + " built from with --lock");
    }
  }

  /**
   * Returns a shell command that restores and checks one package, run in the image's OCI layout;
   * null if no layer is signed.
   */
  private static @Nullable String command(Examined image, Set<Digest> layers) {
    ApkOrigin origin = image.attestations().origin();
    Digest statement = image.attestations().originBlob();
    if (origin == null || statement == null) {
      return null;
    }
    return origin.packages().stream()
        .filter(each -> each.layer().filter(layers::contains).isPresent())
        .filter(each -> NAME.matcher(each.name()).matches())
        .findFirst()
        .map(
            each ->
                "jq -r '.predicate.packages[]|select(.name==\"%s\").head' blobs/sha256/%s | base64 -d | cat - blobs/sha256/%s > %s.apk && apk verify %s.apk"
                    .formatted(
                        each.name(),
                        statement.hex(),
                        each.layer().orElseThrow().hex(),
                        each.name(),
                        each.name()))
        .orElse(null);
  }

  private static String reason(Optional<PackageHead> head, Keyring present, ApkOrigin.Proof each) {
    Optional<String> own = head.flatMap(known -> known.signer(present, each.label()));
    return "no trusted key signed it"
        + own.map(
                name ->
                    "; the key "
                        + name
                        + " in the image did, which shows consistency but no origin")
            .orElse("");
  }

  /** Returns the keys in an image. */
  static KeyFiles keysOf(Examined image) {
    Map<String, byte[]> files = new HashMap<>();
    for (RootEntry each : image.root().below(KEYS)) {
      byte[] content = each.content();
      if (each.isFile() && each.path().endsWith(".pub") && content != null) {
        files.put(each.path().substring(each.path().lastIndexOf('/') + 1), content);
      }
    }
    return KeyFiles.of(files).sound();
  }

  /** Returns the sum of the sizes of some layers of an image. */
  static long bytes(Examined image, Set<Digest> of) {
    long bytes = 0;
    for (Layer each : image.image().layers()) {
      Descriptor descriptor = each.descriptor();
      if (descriptor != null && of.contains(descriptor.digest())) {
        bytes += descriptor.size();
      }
    }
    return bytes;
  }
}

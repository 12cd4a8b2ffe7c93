package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The comparison of an image with the results in a lock. A result is the digest of the manifest
 * without a version, so an image that has it consists of the bytes that the lock's inputs gave:
 * this proves every layer at once, also files that no packager signed.
 */
final class LockedOrigin {

  /** The id of the findings about images that are not those of the lock. */
  static final String ID = "origin-lock";

  private LockedOrigin() {}

  /**
   * Returns the name of the lock's image that this one is; empty if no lock is given, if it has no
   * results, or if the image is another one, which is reported.
   */
  static Optional<String> judge(Examined image, KnownImages known, Flaws flaws) {
    List<KnownImages.Locked> locked = known.locked(image.platform()).orElse(List.of());
    Optional<Digest> versionless = versionless(image);
    Optional<KnownImages.Locked> same =
        locked.stream()
            .filter(each -> each.result().isPresent() && each.result().equals(versionless))
            .findFirst();
    if (known.locked(image.platform()).isPresent() && same.isEmpty()) {
      difference(locked, versionless, image, flaws);
    }
    Provenance provenance = image.attestations().provenance();
    if (provenance != null) {
      same.or(() -> named(locked, provenance.image()))
          .ifPresent(each -> inputs(each, provenance, flaws));
      same.filter(each -> !each.name().equals(provenance.image()))
          .ifPresent(
              each ->
                  flaws.add(
                      ID,
                      "provenance",
                      "it is about "
                          + provenance.image()
                          + ", and the lock's result is that of "
                          + each.name()));
    }
    return same.map(KnownImages.Locked::name);
  }

  private static Optional<KnownImages.Locked> named(List<KnownImages.Locked> locked, String name) {
    return locked.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  private static void difference(
      List<KnownImages.Locked> locked, Optional<Digest> actual, Examined image, Flaws flaws) {
    List<String> results = new ArrayList<>();
    locked.forEach(
        each -> each.result().ifPresent(result -> results.add(each.name() + " " + result)));
    if (locked.isEmpty()) {
      flaws.add(ID, "image", "the lock has no image for " + image.platform());
    } else if (!results.isEmpty()) {
      flaws.add(
          ID,
          "image",
          "it is none of the lock's results: without its version, its manifest is "
              + actual.map(Digest::toString).orElse("not one that this program writes")
              + ", and the lock has "
              + String.join(", ", results)
              + ". Name the lock that it was built from");
    }
  }

  private static void inputs(KnownImages.Locked locked, Provenance provenance, Flaws flaws) {
    if (locked.inputs().isEmpty()) {
      return;
    }
    String stated =
        provenance.dependencies().stream()
            .filter(each -> each.name().equals(Provenance.LOCK))
            .map(each -> each.algorithm() + ":" + each.digest())
            .collect(Collectors.joining(", "));
    if (locked.inputs().stream().noneMatch(each -> each.toString().equals(stated))) {
      flaws.add(
          ID,
          "provenance",
          "it names the lock \""
              + stated
              + "\", and this lock's inputs of "
              + locked.name()
              + " have another digest");
    }
  }

  /**
   * Returns the digest that the manifest would have without a version; empty if manifest or
   * configuration have another form than this program writes: the digest would not show what is
   * different in them.
   */
  static Optional<Digest> versionless(Examined image) {
    Map<String, String> annotations = image.image().annotations().manifest();
    List<Descriptor> layers = new ArrayList<>();
    for (Layer each : image.image().layers()) {
      if (each.descriptor() != null) {
        layers.add(each.descriptor());
      }
    }
    if (annotations == null
        || !manifest(image.config(), layers, annotations).equals(image.image().digest())) {
      return Optional.empty();
    }
    ImageConfig config = image.config();
    return Optional.of(
        manifest(
            config.withLabels(withoutVersion(config.labels())).withCreated(Instant.EPOCH),
            layers,
            withoutVersion(annotations)));
  }

  private static Digest manifest(
      ImageConfig config, List<Descriptor> layers, Map<String, String> annotations) {
    byte[] json = config.toJson();
    Descriptor described = Descriptor.of(MediaType.CONFIG, Digest.sha256(json), json.length);
    return Digest.sha256(new Manifest(described, layers, annotations).toJson());
  }

  private static Map<String, String> withoutVersion(Map<String, String> labels) {
    Map<String, String> others = new TreeMap<>(labels);
    others.remove(Annotations.VERSION);
    return others;
  }
}

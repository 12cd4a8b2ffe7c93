package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.image.ImageSoftware.InLayers;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The packages that an image has from its base or its parent. */
public final class InheritedSoftware {

  private InheritedSoftware() {}

  /** Returns the packages of a base image. */
  public static ImageSoftware ofBase(InstalledDatabase database, List<Descriptor> layers) {
    List<Digest> digests = layers.stream().map(Descriptor::digest).toList();
    return new ImageSoftware(
        database.packages().stream()
            .map(each -> new InLayers<>(each.pkg().facts(), digests))
            .toList(),
        List.of());
  }

  /**
   * Returns the packages of an image that are not in its own layers: those of the image below that
   * are still there, and packages without files.
   *
   * @param below the packages of the image below
   * @param after apk's list of the packages that are installed in the end
   * @param added the own layers of the image
   */
  public static ImageSoftware from(
      ImageSoftware below, InstalledDatabase after, List<PlannedLayer> added) {
    Map<ApkFacts, InLayers<ApkFacts>> before = new HashMap<>();
    below.apk().forEach(each -> before.put(each.pkg(), each));
    Set<String> own = new HashSet<>();
    Set<String> replaced = new HashSet<>();
    for (PlannedLayer layer : added) {
      layer.apk().forEach(each -> own.add(each.name()));
      layer.npm().forEach(each -> replaced.add(each.path()));
    }
    List<InLayers<ApkFacts>> remaining = new ArrayList<>();
    for (InstalledPackage each : after.packages()) {
      ApkFacts facts = each.pkg().facts();
      if (!own.contains(facts.name())) {
        InLayers<ApkFacts> known = before.get(facts);
        remaining.add(Objects.requireNonNullElseGet(known, () -> new InLayers<>(facts, List.of())));
      }
    }
    return new ImageSoftware(
        remaining,
        below.npm().stream().filter(each -> !replaced.contains(each.pkg().path())).toList());
  }
}

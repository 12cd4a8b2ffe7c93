package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;

/**
 * The packages of an image, each with its layers.
 *
 * @param apk Alpine's packages
 * @param npm packages from npm's registry
 */
@Api
public record ImageSoftware(List<InLayers<ApkFacts>> apk, List<InLayers<NpmFacts>> npm) {

  static final ImageSoftware NONE = new ImageSoftware(List.of(), List.of());

  /**
   * A package.
   *
   * @param layers digests of the layers with its files: one, or all layers of the base image for a
   *     package of that, or none for a package without files
   */
  public record InLayers<P>(P pkg, List<Digest> layers) {

    public InLayers {
      layers = List.copyOf(layers);
    }
  }

  public ImageSoftware {
    apk = List.copyOf(apk);
    npm = List.copyOf(npm);
  }

  /** Returns these packages and those of an image's own layers. */
  ImageSoftware with(List<ImageLayer> layers) {
    List<InLayers<ApkFacts>> allApk = new ArrayList<>(apk);
    List<InLayers<NpmFacts>> allNpm = new ArrayList<>(npm);
    for (ImageLayer layer : layers) {
      List<Digest> digest = List.of(layer.blob().digest());
      if (layer.planned().isPresent()) {
        PlannedLayer planned = layer.planned().get();
        planned.apk().forEach(each -> allApk.add(new InLayers<>(each, digest)));
        planned.npm().forEach(each -> allNpm.add(new InLayers<>(each, digest)));
      }
    }
    return new ImageSoftware(allApk, allNpm);
  }
}

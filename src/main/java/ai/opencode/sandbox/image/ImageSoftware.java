package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;

/**
 * The packages of an image, each with the layers that contain its files.
 *
 * @param apk the packages from Alpine's repositories
 * @param npm the packages from npm's registry
 */
@Api
public record ImageSoftware(List<InLayers<ApkFacts>> apk, List<InLayers<NpmFacts>> npm) {

  static final ImageSoftware NONE = new ImageSoftware(List.of(), List.of());

  /**
   * A package with its layers.
   *
   * @param pkg the package
   * @param layers the digests of the layers with the package's files: one layer; all layers of the
   *     base image for a package of the base image; or none for a package without files
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

  /** Returns these packages and those in further layers of an image. */
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

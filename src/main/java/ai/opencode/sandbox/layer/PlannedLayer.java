package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.List;

/** A layer before it is written: its packages, and the reasons for the choice of layer. */
@Api
public sealed interface PlannedLayer {

  /** Returns labels or names of the packages, in the layer's order. */
  List<String> packages();

  /** Returns the text that {@code docker history} shows, which is part of an image's bytes. */
  String createdBy();

  /**
   * A package stored verbatim.
   *
   * @param label of the package, {@code git-2.50.1-r0}
   * @param data digest of the package's data segment, and so of the layer
   */
  record Verbatim(String label, Digest data) implements PlannedLayer {

    @Override
    public List<String> packages() {
      return List.of(label);
    }

    @Override
    public String createdBy() {
      return "apk " + label + " (unchanged)";
    }
  }

  /**
   * Packages that are rewritten into a layer that they share ("merged").
   *
   * @param contents in the order of installation
   * @param corrects whether the layer also has the corrections of the verbatim layers; a layer
   *     without packages or corrections is not written
   */
  record Merged(List<MergedPackage> contents, boolean corrects) implements PlannedLayer {

    public Merged {
      contents = List.copyOf(contents);
    }

    @Override
    public List<String> packages() {
      return contents.stream().map(MergedPackage::label).toList();
    }

    @Override
    public String createdBy() {
      return "apk " + String.join(" ", packages());
    }
  }

  /**
   * A package in a merged layer.
   *
   * @param label of the package
   * @param reason why it is not stored verbatim
   */
  record MergedPackage(String label, Reason reason) {}

  /**
   * Effects of installation scripts.
   *
   * @param packages names of the packages whose scripts have effects, sorted
   */
  record Scripts(List<String> packages) implements PlannedLayer {

    public Scripts {
      packages = List.copyOf(packages);
    }

    @Override
    public String createdBy() {
      return "apk scripts of " + String.join(" ", packages);
    }
  }

  /**
   * npm packages that one or more top-level packages depend on.
   *
   * @param title of the top-level package, {@code typescript@5.9.3}
   * @param packages {@code name@version} of each, by install path
   */
  record Npm(String title, List<String> packages) implements PlannedLayer {

    public Npm {
      packages = List.copyOf(packages);
    }

    @Override
    public String createdBy() {
      return "npm " + title;
    }
  }
}

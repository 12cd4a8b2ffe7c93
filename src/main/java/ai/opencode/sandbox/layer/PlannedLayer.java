package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.stream.Collectors;

/** A layer before it is written: its packages, and the reasons for the choice of layer. */
@Api
public sealed interface PlannedLayer {

  /** A result for each type; without one for a new type nothing compiles. */
  interface Cases<T> {

    T of(Verbatim layer);

    T of(Merged layer);

    T of(Scripts layer);

    T of(Npm layer);
  }

  /** Returns the result of the case that is this layer's. */
  <T> T in(Cases<T> cases);

  /** Returns the Alpine packages of the layer, in its order. */
  default List<ApkFacts> apk() {
    return List.of();
  }

  /** Returns the npm packages of the layer, in its order. */
  default List<NpmFacts> npm() {
    return List.of();
  }

  /** Returns the text that {@code docker history} shows, which is part of an image's bytes. */
  String createdBy();

  /**
   * A package stored verbatim.
   *
   * @param data digest of the package's data segment, and so of the layer
   */
  record Verbatim(ApkFacts pkg, Digest data) implements PlannedLayer {

    @Override
    public List<ApkFacts> apk() {
      return List.of(pkg);
    }

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }

    @Override
    public String createdBy() {
      return "apk " + pkg.label() + " (unchanged)";
    }
  }

  /**
   * Packages that are rewritten into a layer that they share ("merged").
   *
   * @param contents the packages in the order of installation
   * @param corrects whether the layer also contains the corrections of layers that are stored
   *     verbatim; a layer without packages or corrections is not written
   */
  record Merged(List<MergedPackage> contents, boolean corrects) implements PlannedLayer {

    public Merged {
      contents = List.copyOf(contents);
    }

    @Override
    public List<ApkFacts> apk() {
      return contents.stream().map(MergedPackage::pkg).toList();
    }

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }

    @Override
    public String createdBy() {
      return "apk " + apk().stream().map(ApkFacts::label).collect(Collectors.joining(" "));
    }
  }

  /**
   * A package in a merged layer.
   *
   * @param reason the reason why the package is not stored verbatim
   */
  record MergedPackage(ApkFacts pkg, Reason reason) {}

  /**
   * Effects of installation scripts.
   *
   * @param authors the packages whose scripts have effects, sorted by name; their own files are in
   *     other layers
   */
  record Scripts(List<ApkFacts> authors) implements PlannedLayer {

    public Scripts {
      authors = List.copyOf(authors);
    }

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }

    @Override
    public String createdBy() {
      return "apk scripts of "
          + authors.stream().map(ApkFacts::name).collect(Collectors.joining(" "));
    }
  }

  /**
   * npm packages that one or more top-level packages depend on.
   *
   * @param title the name and version of the top-level package, such as {@code typescript@5.9.3},
   *     for the image's history
   * @param npm the packages by install path, with those that are bundled in another one's tarball
   */
  record Npm(String title, List<NpmFacts> npm) implements PlannedLayer {

    public Npm {
      npm = List.copyOf(npm);
    }

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }

    @Override
    public String createdBy() {
      return "npm " + title;
    }
  }
}

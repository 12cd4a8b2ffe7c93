package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import java.io.IOException;
import java.util.List;

/** A layer to write: of Alpine packages, or of their scripts' effects. */
sealed interface PackedLayer {

  /** A result for each type; without one for a new type nothing compiles. */
  interface Cases<T> {

    T of(Verbatim layer) throws IOException;

    T of(Merged layer) throws IOException;

    T of(Scripts layer) throws IOException;
  }

  /** Returns the result of the case that is this layer's. */
  <T> T in(Cases<T> cases) throws IOException;

  /** Returns the description of the layer, for reports and for the image's history. */
  PlannedLayer planned();

  /** A package stored verbatim. */
  record Verbatim(PlacedPackage content) implements PackedLayer {

    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.of(this);
    }

    @Override
    public PlannedLayer planned() {
      FetchedPackage apk = content.apk();
      return new PlannedLayer.Verbatim(apk.pkg().facts(), apk.data().digest());
    }
  }

  /**
   * Packages that share a rewritten layer.
   *
   * @param contents the packages in the order of installation
   * @param corrects whether the layer also contains the corrections of layers that are stored
   *     verbatim
   */
  record Merged(List<Content> contents, boolean corrects) implements PackedLayer {

    /**
     * A package of the layer.
     *
     * @param reason the reason why the package is not stored verbatim
     */
    record Content(PlacedPackage content, Reason reason) {}

    public Merged {
      contents = List.copyOf(contents);
    }

    List<PlacedPackage> packages() {
      return contents.stream().map(Content::content).toList();
    }

    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.of(this);
    }

    @Override
    public PlannedLayer planned() {
      return new PlannedLayer.Merged(
          contents.stream()
              .map(
                  each ->
                      new PlannedLayer.MergedPackage(
                          each.content().apk().pkg().facts(), each.reason()))
              .toList(),
          corrects);
    }
  }

  /** Effects of installation scripts, already applied to the root. */
  record Scripts(ScriptEffects effects) implements PackedLayer {

    @Override
    public <T> T in(Cases<T> cases) throws IOException {
      return cases.of(this);
    }

    @Override
    public PlannedLayer planned() {
      return new PlannedLayer.Scripts(effects.authors().stream().map(ApkPackage::facts).toList());
    }
  }
}

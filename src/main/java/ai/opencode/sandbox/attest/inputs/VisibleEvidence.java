package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.attest.sbom.FileEvidence;
import ai.opencode.sandbox.attest.sbom.HoldingLayer;
import ai.opencode.sandbox.evidence.Evidence;
import ai.opencode.sandbox.evidence.LayerEvidence;
import ai.opencode.sandbox.oci.Descriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The evidence in an image: that in files of its layers which no upper layer hides. */
final class VisibleEvidence {

  /**
   * A file with evidence.
   *
   * @param layer the layer that holds the file
   */
  record Found(LayerEvidence.Seen seen, Descriptor layer) {

    Evidence content() {
      return seen.evidence();
    }

    FileEvidence file() {
      return new FileEvidence(
          seen.path(), seen.sha1(), Optional.of(HoldingLayer.of(layer.digest())));
    }
  }

  private final NavigableMap<String, Found> files = new TreeMap<>();

  /** Puts a layer on top of those before. */
  void add(Descriptor layer, LayerEvidence evidence) {
    for (String path : evidence.hidden()) {
      files.remove(path);
      // The range has all paths below the directory: '0' is the character after '/'.
      files.subMap(path + "/", path + "0").clear();
    }
    for (LayerEvidence.Seen each : evidence.seen()) {
      files.put(each.path(), new Found(each, layer));
    }
  }

  /** Returns the files, sorted by path. */
  Collection<Found> files() {
    return List.copyOf(files.values());
  }

  /** Returns the file at a path. */
  Optional<Found> at(String path) {
    return Optional.ofNullable(files.get(path));
  }

  /** Returns the first of some paths at which there is a file. */
  Optional<Found> firstOf(List<String> paths) {
    List<Found> found = new ArrayList<>();
    paths.forEach(path -> at(path).ifPresent(found::add));
    return found.stream().findFirst();
  }
}

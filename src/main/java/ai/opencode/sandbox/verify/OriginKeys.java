package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.oci.Digest;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The keys that a proof of origin names, compared with those of the image. It names the keys of the
 * base image and of the user; packages above may bring others, or take the base's away.
 *
 * @param base the base image's layers
 */
record OriginKeys(Examined image, OriginLayers base) {

  private static final String DIRECTORY = "etc/apk/keys/";

  void check(ApkOrigin origin, Flaws flaws) {
    SortedMap<String, Digest> actual =
        new TreeMap<>(OriginTrust.keysOf(image).ring().fingerprints());
    SortedMap<String, Digest> absent = new TreeMap<>(origin.keys());
    for (Map.Entry<String, Digest> each : actual.entrySet()) {
      Digest stated = absent.remove(each.getKey());
      if (stated == null ? isOfBase(each.getKey()) : !stated.equals(each.getValue())) {
        add(
            each.getKey(),
            "the proof of origin names "
                + (stated == null ? "no such key" : "the key " + stated)
                + ", not "
                + each.getValue(),
            flaws);
      }
    }
    absent.keySet().removeAll(removed(absent.keySet()));
    absent
        .keySet()
        .forEach(
            each ->
                add(each, "the proof of origin names it, and the image has no such key", flaws));
  }

  private static void add(String key, String message, Flaws flaws) {
    flaws.add(OriginCheck.ID, key, message);
  }

  private boolean isOfBase(String key) {
    return image
        .root()
        .at(DIRECTORY + key)
        .map(RootEntry::layer)
        .filter(each -> each <= base.layers().size())
        .isPresent();
  }

  /** Returns those of some keys that the base image has. */
  private Set<String> removed(Set<String> keys) {
    Set<String> paths = new HashSet<>();
    keys.forEach(each -> paths.add(DIRECTORY + each));
    Set<String> found = new HashSet<>();
    if (!paths.isEmpty()) {
      base.layers()
          .forEach(
              each ->
                  SignedFiles.checksumsAt(each, paths)
                      .keySet()
                      .forEach(path -> found.add(path.substring(DIRECTORY.length()))));
    }
    return found;
  }
}

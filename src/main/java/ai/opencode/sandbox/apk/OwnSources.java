package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Repositories and keys of one's own that an image has beside those of its base, so that apk in the
 * image trusts and finds the packages that the image was made from.
 *
 * @param keys keys in {@code /etc/apk/keys}, sorted by name
 * @param repositories lines of {@code /etc/apk/repositories}, each with a tag
 */
@Api
public record OwnSources(List<RepositoryKey> keys, List<RepositoryLine> repositories) {

  private static final OwnSources NONE = new OwnSources(List.of(), List.of());

  public OwnSources {
    keys = keys.stream().distinct().sorted(Comparator.comparing(RepositoryKey::name)).toList();
    repositories = repositories.stream().distinct().toList();
    if (!repositories.stream().allMatch(RepositoryLine::isTagged)) {
      throw new IllegalArgumentException("A repository of one's own has a tag");
    }
  }

  public static OwnSources none() {
    return NONE;
  }

  public boolean isEmpty() {
    return keys.isEmpty() && repositories.isEmpty();
  }

  /** Returns the fingerprints of the keys, by name. */
  public SortedMap<String, Digest> fingerprints() {
    SortedMap<String, Digest> fingerprints = new TreeMap<>();
    keys.forEach(key -> fingerprints.put(key.name(), key.fingerprint()));
    return fingerprints;
  }
}

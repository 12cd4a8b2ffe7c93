package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.Publisher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where one image goes in a registry, and what it is called there.
 *
 * @param tags the most exact first, at least one
 * @param chosen whether the user named the tags; otherwise they follow from the version
 * @param newer tags that stay where they are, and the versions that they name
 */
record Destination(
    Reference repository, List<String> tags, boolean chosen, Map<String, String> newer) {

  Destination {
    tags = List.copyOf(tags);
    newer = Map.copyOf(newer);
  }

  /**
   * @param reference a repository, with the tag that the user names there, if any
   */
  static Destination of(StoredImage image, Reference reference, Publication publication) {
    List<String> chosen = new ArrayList<>(publication.names());
    String own = reference.tag();
    if (own != null && !chosen.contains(own)) {
      chosen.add(0, own);
    }
    if (!chosen.isEmpty()) {
      return new Destination(reference, chosen, true, Map.of());
    }
    if (image.version().isEmpty()) {
      throw new UsageException(
          image.name() + " does not say which version it is; name the tags for " + reference);
    }
    List<String> tags = VersionTag.of(image.version(), publication.tags());
    return new Destination(reference, tags, false, Map.of());
  }

  Reference reference() {
    return repository.withTag(tags.get(0));
  }

  /** Who has pulled a version gets the same again, whenever he asks. */
  void requireUnpublished(StoredImage image, Publisher publisher) {
    for (String tag : tags) {
      if (VersionTag.isFinal(tag)) {
        Optional<Digest> published = publisher.find(repository.withTag(tag));
        if (published.isPresent() && !published.get().equals(image.root().digest())) {
          throw new VerificationException(
              repository.withTag(tag)
                  + " is published with other content ("
                  + published.get()
                  + "), and a version stays what it is; publish another version, or overwrite it"
                  + " with --force");
        }
      }
    }
  }

  /** Who follows {@code 1} or {@code latest} gets releases, whatever else is published. */
  void requireRelease(StoredImage image) {
    if (VersionTag.isPreRelease(image.version())) {
      for (String tag : tags) {
        if (VersionTag.followsReleases(tag)) {
          throw new VerificationException(
              repository.withTag(tag)
                  + " is for releases, and "
                  + image.name()
                  + " "
                  + image.version()
                  + " is none; choose another tag, or insist with --force");
        }
      }
    }
  }

  /**
   * The same without the tags that a newer release has: a correction of an old release must not
   * take whoever follows {@code latest} back to it. A tag that was chosen goes where it is sent.
   */
  Destination withoutNewer(StoredImage image, Publisher publisher) {
    if (chosen) {
      return this;
    }
    List<String> moving = new ArrayList<>();
    Map<String, String> staying = new TreeMap<>();
    for (String tag : tags) {
      Optional<String> newer =
          VersionTag.followsReleases(tag) ? newer(tag, image, publisher) : Optional.empty();
      if (newer.isPresent()) {
        staying.put(tag, newer.get());
      } else {
        moving.add(tag);
      }
    }
    if (moving.isEmpty()) {
      throw new VerificationException(
          "Nothing would be published: in "
              + new Reference(repository.registry(), repository.repository(), null, null)
              + ", "
              + staying
              + " is newer than "
              + image.version()
              + "; give it its full version as a tag, or insist with --force");
    }
    return new Destination(repository, moving, false, staying);
  }

  private Optional<String> newer(String tag, StoredImage image, Publisher publisher) {
    Optional<Digest> there = publisher.find(repository.withTag(tag));
    if (there.isEmpty() || there.get().equals(image.root().digest())) {
      return Optional.empty();
    }
    return publisher
        .version(repository.withDigest(there.get()))
        .filter(version -> VersionTag.isNewer(version, image.version()));
  }
}

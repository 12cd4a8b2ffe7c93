package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.Publisher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The repository and the tags for one image in a registry.
 *
 * @param repository the repository, with or without tag
 * @param tags the tags, the most exact first; empty for an image that is found by its digest only
 * @param chosen whether the user named the tags; otherwise they follow from the version
 * @param newer tags that are not moved because they name a newer release, with its version
 */
record Destination(
    Reference repository, List<String> tags, boolean chosen, Map<String, String> newer) {

  Destination {
    tags = List.copyOf(tags);
    newer = Map.copyOf(newer);
  }

  /**
   * Returns the destination of an image.
   *
   * @param reference a repository, with the tag that the user names, if any
   * @throws UsageException if no tag is named, and the image has no version to make tags of
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
    if (publication.isUntagged()) {
      return new Destination(reference, List.of(), true, Map.of());
    }
    if (image.version().isEmpty()) {
      throw new UsageException(
          image.name()
              + " has no version to make tags of. Add a tag to the address: "
              + reference
              + ":TAG.");
    }
    List<String> tags = VersionTag.of(image.version(), publication.tags());
    return new Destination(reference, tags, false, Map.of());
  }

  /** Returns the image's address: by its first tag, or by its digest. */
  Reference reference(StoredImage image) {
    return tags.isEmpty()
        ? repository.withDigest(image.root().digest())
        : repository.withTag(tags.get(0));
  }

  /** Returns the references that the publication asks the registry for. */
  Stream<Reference> asked() {
    return tags.stream().map(repository::withTag);
  }

  /**
   * Checks that no version is published with other content. A published version is immutable:
   * pulling it again gives the same image for each platform. The attestations beside these images
   * may change, and the digest of the index with them. An image without tags is checked for its
   * version, because its tags follow later.
   */
  void requireUnpublished(StoredImage image, Publisher publisher) {
    for (String tag : tags.isEmpty() ? List.of(image.version()) : tags) {
      if (VersionTag.isFinal(tag)) {
        Optional<Digest> published = publisher.find(repository.withTag(tag));
        if (published.isPresent()
            && !published.get().equals(image.root().digest())
            && !isSame(image, repository.withDigest(published.get()), publisher)) {
          throw new VerificationException(
              repository.withTag(tag)
                  + " is published with other content ("
                  + published.get()
                  + "), and a published version is immutable. Publish another version, or overwrite"
                  + " this one with --force.");
        }
      }
    }
  }

  private static boolean isSame(StoredImage image, Reference published, Publisher publisher) {
    return MediaType.isIndex(image.root().mediaType())
        && publisher.hasImages(published, image.manifests());
  }

  /** Checks that tags such as {@code 1} and {@code latest} are given to releases only. */
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
                  + " is not a release. Choose another tag, or use --force.");
        }
      }
    }
  }

  /**
   * Returns this destination without the tags that name a newer release: a correction of an old
   * release must not move {@code latest} back. Tags that the user named are kept.
   *
   * @throws VerificationException if no tag is left
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
          "Nothing to publish to "
              + new Reference(repository.registry(), repository.repository(), null, null)
              + ": "
              + staying.entrySet().stream()
                  .map(tag -> "tag " + tag.getKey() + " is already at " + tag.getValue())
                  .collect(Collectors.joining(", "))
              + ", newer than "
              + image.version()
              + ". To publish it nevertheless, name "
              + image.version()
              + " as the tag, or use --force.");
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

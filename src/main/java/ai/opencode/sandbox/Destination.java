package ai.opencode.sandbox;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.Publisher;
import java.util.List;
import java.util.Optional;

/**
 * Where one image goes in a registry, and what it is called there.
 *
 * @param tags the most exact first, at least one
 */
record Destination(Reference repository, List<String> tags) {

  Destination {
    tags = List.copyOf(tags);
  }

  /**
   * @param images how many go to the target
   */
  static Destination of(BuiltImage image, int images, Target target, Publication publication) {
    List<String> tags = VersionTag.of(image.version(), publication.tags());
    if (target instanceof Target.RegistryNamespace namespace) {
      return new Destination(Reference.of(namespace.prefix() + image.name()), tags);
    }
    Reference reference = ((Target.RegistryImage) target).reference();
    if (images > 1) {
      throw new UsageException(
          reference
              + " is one repository for "
              + images
              + " images; end it with / to have each image's name added");
    }
    String own = reference.tag();
    return new Destination(reference, own == null ? tags : List.of(own));
  }

  Reference reference() {
    return repository.withTag(tags.get(0));
  }

  /** The stand-in is for trying out. */
  void requireMayLeave(BuiltImage image) {
    if (!image.publishable() && !repository.isLoopback()) {
      throw new VerificationException(
          image.name()
              + " is made from the stand-in and must not leave this machine: not sent to "
              + reference()
              + "; build with --upstream official or mirror");
    }
  }

  /** Who has pulled a version gets the same again, whenever he asks. */
  void requireUnpublished(BuiltImage image, Publisher publisher) {
    for (String tag : tags) {
      if (VersionTag.isFinal(tag)) {
        Optional<Digest> published = publisher.find(repository.withTag(tag));
        if (published.isPresent() && !published.get().equals(image.index().digest())) {
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
}

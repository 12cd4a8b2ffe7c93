package ai.opencode.sandbox.records;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.Tag;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a registry for images of builds, from which later builds take what they would make
 * again.
 *
 * @param text {@code HOST/NAMESPACE/[:TAG]}, to which each image's name is added, or {@code
 *     HOST/NAME[:TAG]} for one image
 */
@Api
public record CacheSource(String text) {

  /** The notations, for a user. */
  public static final String NOTATION = "HOST/NAMESPACE/[:TAG] or HOST/NAME[:TAG]";

  private static final Pattern NAMESPACE = Pattern.compile("(?<place>.+/)(?::(?<tag>[^/]+))?");

  /** The tag that is written if the text names none. */
  private static final String WRITTEN = "cache";

  /** The tags that are tried if the text names none, after that of the version being built. */
  private static final List<String> USUAL = List.of(WRITTEN, "latest", "main");

  /**
   * Checks the text.
   *
   * @throws UsageException if it is no such place
   */
  public CacheSource {
    Matcher namespace = NAMESPACE.matcher(text);
    String tag = namespace.matches() ? namespace.group("tag") : null;
    if (!text.matches("(localhost|[^/]*[.:][^/]*)/.*") || (tag != null && !Tag.isValid(tag))) {
      throw new UsageException(
          "\"" + text + "\" is no place in a registry. Write " + NOTATION + ".");
    }
    Reference.of(namespace.matches() ? namespace.group("place") + "image" : text);
  }

  /** Returns the repository of an image. */
  Reference repository(String image) {
    Matcher namespace = NAMESPACE.matcher(text);
    return Reference.of(namespace.matches() ? namespace.group("place") + image : text)
        .withoutDigest();
  }

  /**
   * Returns the tags or digests to look for, in order.
   *
   * @param version the version that is being built
   */
  List<String> selectors(String version) {
    Matcher namespace = NAMESPACE.matcher(text);
    if (namespace.matches()) {
      String tag = namespace.group("tag");
      return tag == null ? usual(version) : List.of(tag);
    }
    Reference own = Reference.of(text);
    return own.digest() != null || own.tag() != null ? List.of(own.selector()) : usual(version);
  }

  /** Returns the place without a tag, in the notation of a target. */
  public String target() {
    Matcher namespace = NAMESPACE.matcher(text);
    if (namespace.matches()) {
      return namespace.group("place");
    }
    Reference own = Reference.of(text);
    return own.registry() + "/" + own.repository();
  }

  /** Returns the tag under which images are written. */
  public String tag() {
    Matcher namespace = NAMESPACE.matcher(text);
    String named = namespace.matches() ? namespace.group("tag") : Reference.of(text).tag();
    return named == null ? WRITTEN : named;
  }

  private static List<String> usual(String version) {
    List<String> tags = new ArrayList<>();
    if (Tag.isValid(version)) {
      tags.add(version);
    }
    USUAL.stream().filter(each -> !tags.contains(each)).forEach(tags::add);
    return tags;
  }

  @Override
  public String toString() {
    return text;
  }
}

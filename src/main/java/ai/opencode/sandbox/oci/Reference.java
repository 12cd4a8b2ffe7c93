package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.UserInfo;
import ai.opencode.sandbox.stability.Api;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image in a registry, {@code [registry/]repository[:tag][@digest]}, with Docker's
 * defaults: {@code alpine} is {@code docker.io/library/alpine:latest}.
 *
 * @param registry host, with a port if it has one
 */
@Api
public record Reference(
    String registry, String repository, @Nullable String tag, @Nullable Digest digest) {

  private static final String DOCKER_HUB = "docker.io";
  private static final Set<String> DOCKER_HUB_HOSTS =
      Set.of("index.docker.io", "registry-1.docker.io");
  private static final String FORM = "[registry/]repository[:tag][@sha256:digest]";
  private static final int MAX_PORT = 65_535;
  private static final String COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?<name>[^@]+?)(?::(?<tag>" + Tag.FORM + "))?(?:@(?<digest>sha256:[0-9a-f]{64}))?");
  private static final Pattern REGISTRY =
      Pattern.compile(
          "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:.]+])(?::\\d{1,5})?");
  private static final Pattern REPOSITORY = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");

  /** Returns whether a text can be a repository's name, such as {@code team/tools}. */
  public static boolean isRepository(String text) {
    return REPOSITORY.matcher(text).matches();
  }

  /**
   * Parses a reference.
   *
   * @throws UsageException if the text is not a reference
   */
  public static Reference of(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (text.length() > 512 || !matcher.matches()) {
      throw malformed(text);
    }
    String name = matcher.group("name");
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    boolean hasRegistry = first.contains(".") || first.contains(":") || first.equals("localhost");
    String registry = hasRegistry ? first : DOCKER_HUB;
    if (DOCKER_HUB_HOSTS.contains(registry)) {
      registry = DOCKER_HUB;
    }
    String repository = hasRegistry ? name.substring(slash + 1) : name;
    if (registry.equals(DOCKER_HUB) && !repository.contains("/")) {
      repository = "library/" + repository;
    }
    if (!REGISTRY.matcher(registry).matches()
        || !isServer(registry)
        || !REPOSITORY.matcher(repository).matches()) {
      throw malformed(text);
    }
    String tag = matcher.group("tag");
    String digest = matcher.group("digest");
    return new Reference(registry, repository, tag, digest == null ? null : Digest.of(digest));
  }

  /** Returns whether the name is a valid host: not every name of the right characters is. */
  private static boolean isServer(String registry) {
    try {
      URI address = new URI("https://" + registry);
      return address.getHost() != null && address.getPort() != 0 && address.getPort() <= MAX_PORT;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  public Optional<Digest> pinned() {
    return Optional.ofNullable(digest);
  }

  /**
   * Returns the part that selects a manifest in the repository: the digest, else the tag, else
   * {@code latest}.
   */
  public String selector() {
    if (digest != null) {
      return digest.toString();
    }
    return tag == null ? "latest" : tag;
  }

  public Reference withTag(String newTag) {
    return new Reference(registry, repository, newTag, null);
  }

  public Reference withDigest(Digest newDigest) {
    return new Reference(registry, repository, tag, newDigest);
  }

  public Reference withoutDigest() {
    return new Reference(registry, repository, tag, null);
  }

  /** Returns whether the registry's address is one of this machine only. */
  public boolean isLoopback() {
    String host =
        registry.startsWith("[")
            ? registry.replaceAll("]:?\\d*$", "]")
            : registry.replaceAll(":\\d+$", "");
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
  }

  @Override
  public String toString() {
    return registry
        + "/"
        + repository
        + (tag == null ? "" : ":" + tag)
        + (digest == null ? "" : "@" + digest);
  }

  private static UsageException malformed(String text) {
    return new UsageException(
        "\""
            + UserInfo.cut(text)
            + "\" is not an image reference. Give "
            + FORM
            + " with names in lower case.");
  }
}

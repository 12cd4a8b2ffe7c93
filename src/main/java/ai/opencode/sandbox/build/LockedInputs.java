package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The inputs with which a build makes an image, to be compared with the entry of the image in the
 * lock.
 *
 * @param requested the packages that the definition and its parents request
 * @param baseManifest the digest of the base image's manifest for the platform
 * @param basePackages whether the user asks to upgrade or to keep the packages of the base image;
 *     empty if the user leaves that to the lock
 * @param npmLock SHA-256 of the text of {@code package-lock.json}; null without npm packages
 * @param own the user's own repositories and keys
 */
record LockedInputs(
    List<Dependency> requested,
    Digest baseManifest,
    Optional<BasePackages> basePackages,
    @Nullable Digest npmLock,
    OwnSources own) {

  LockedInputs {
    requested = List.copyOf(requested);
  }

  /** Creates inputs without repositories and keys of the user's own. */
  LockedInputs(
      List<Dependency> requested,
      Digest baseManifest,
      Optional<BasePackages> basePackages,
      @Nullable Digest npmLock) {
    this(requested, baseManifest, basePackages, npmLock, OwnSources.none());
  }

  LockedInputs withOwn(OwnSources newOwn) {
    return new LockedInputs(requested, baseManifest, basePackages, npmLock, newOwn);
  }

  static LockedInputs of(
      ImageDefinition definition, Digest baseManifest, Optional<BasePackages> basePackages) {
    return new LockedInputs(
        definition.allPackages(),
        baseManifest,
        basePackages,
        definition
            .npm()
            .map(npm -> Digest.sha256(npm.packageLock().getBytes(StandardCharsets.UTF_8)))
            .orElse(null));
  }

  /**
   * Returns the first difference between a lock's entry and these inputs, as a clause about the
   * entry; empty if they match.
   */
  Optional<String> difference(LockedImage locked) {
    if (!locked.requested().equals(requested)) {
      List<String> texts = locked.requested().stream().map(Dependency::toString).toList();
      return Optional.of("it was made for the packages " + String.join(" ", texts));
    }
    LockedBase base = locked.base();
    if (base != null) {
      if (base.manifest() != null && !base.manifest().equals(baseManifest)) {
        return Optional.of("it was made for the base image " + base.reference());
      }
      if (basePackages.filter(asked -> asked != base.packages()).isPresent()) {
        return Optional.of("it was made with --base-packages " + base.packages());
      }
      if (!base.own().equals(own)) {
        return Optional.of(
            "it was made with " + text(base.own()) + ", and this build has " + text(own));
      }
    }
    return Objects.equals(locked.npmLock(), npmLock)
        ? Optional.empty()
        : Optional.of("package-lock.json has changed");
  }

  private static String text(OwnSources own) {
    List<String> parts = new ArrayList<>();
    own.keys().forEach(key -> parts.add("the key " + key.name() + " " + key.fingerprint()));
    own.repositories().forEach(line -> parts.add("the repository " + line));
    return parts.isEmpty() ? "no repositories and keys of its own" : String.join(", ", parts);
  }
}

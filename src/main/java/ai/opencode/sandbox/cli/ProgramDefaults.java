package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values of a program's options that count if neither the command line nor a property nor a
 * variable has another. They apply to every command that has the option for the same purpose.
 */
@Api
public final class ProgramDefaults {

  private final Values values;

  private ProgramDefaults(Values values) {
    this.values = values;
  }

  private static <T> List<T> withoutCommas(String kind, Collection<T> values) {
    for (T each : values) {
      if (each.toString().contains(",")) {
        throw new UsageException(
            "The " + kind + " " + each + " contains a comma. Use a name without one.");
      }
    }
    return List.copyOf(values);
  }

  /** Returns defaults without any value. */
  public static ProgramDefaults none() {
    return new ProgramDefaults(new Values());
  }

  private ProgramDefaults with(Consumer<Values> change) {
    Values copy = new Values(values);
    change.accept(copy);
    return new ProgramDefaults(copy);
  }

  /** The values, which change only while a copy is made. */
  private static final class Values {

    private @Nullable Reference base;
    private @Nullable String alpineMirror;
    private List<String> repositories = List.of();
    private List<Path> keys = List.of();
    private List<Platform> platforms = List.of();
    private @Nullable String registry;
    private Map<String, String> registryMirrors = Map.of();
    private @Nullable String npmRegistry;
    private List<Path> authorities = List.of();
    private @Nullable Path lock;

    Values() {}

    Values(Values of) {
      base = of.base;
      alpineMirror = of.alpineMirror;
      repositories = of.repositories;
      keys = of.keys;
      platforms = of.platforms;
      registry = of.registry;
      registryMirrors = of.registryMirrors;
      npmRegistry = of.npmRegistry;
      authorities = of.authorities;
      lock = of.lock;
    }
  }

  /** Returns the base image; null for the upstream's own. */
  @Nullable Reference base() {
    return values.base;
  }

  /** Returns the address or directory with Alpine's releases; null for Alpine's own. */
  @Nullable String alpineMirror() {
    return values.alpineMirror;
  }

  List<String> repositories() {
    return values.repositories;
  }

  @Nullable Path lock() {
    return values.lock;
  }

  /** Sets the base image ({@code --base}); null for the upstream's own. */
  public ProgramDefaults withBase(@Nullable Reference newBase) {
    return with(copy -> copy.base = newBase);
  }

  /**
   * Sets the address or directory with Alpine's releases, such as {@code
   * https://mirror.example/alpine}, from which packages come unless options name repositories; null
   * for Alpine's own.
   */
  public ProgramDefaults withAlpineMirror(@Nullable String newMirror) {
    return with(copy -> copy.alpineMirror = newMirror);
  }

  /**
   * Sets the Alpine repositories ({@code --repository}), each as address or directory, or with a
   * tag as {@code @TAG ADDRESS}.
   *
   * @throws UsageException if one contains a comma, which separates values of options
   */
  public ProgramDefaults withRepositories(List<String> newRepositories) {
    List<String> checked = withoutCommas("repository", newRepositories);
    return with(copy -> copy.repositories = checked);
  }

  /**
   * Sets the files with public keys that sign repositories ({@code --key}).
   *
   * @throws UsageException if a name contains a comma
   */
  public ProgramDefaults withKeys(List<Path> newKeys) {
    List<Path> checked = withoutCommas("key", newKeys);
    return with(copy -> copy.keys = checked);
  }

  /**
   * Sets the platforms of images ({@code --platform} of {@code build} and {@code lock}); none for
   * this machine's.
   */
  public ProgramDefaults withPlatforms(List<Platform> newPlatforms) {
    List<Platform> copied = List.copyOf(newPlatforms);
    return with(copy -> copy.platforms = copied);
  }

  /**
   * Sets the registry and namespace to which {@code publish} sends images that are given no target;
   * null for none. {@code build} sends nothing there unless {@code --registry} or {@code --to}
   * names it.
   */
  public ProgramDefaults withRegistry(@Nullable String newRegistry) {
    return with(copy -> copy.registry = newRegistry);
  }

  /**
   * Sets the registries to pull from in place of others ({@code --registry-mirror}).
   *
   * @throws UsageException if one contains a comma
   */
  public ProgramDefaults withRegistryMirrors(Map<String, String> newMirrors) {
    withoutCommas("registry mirror", newMirrors.keySet());
    withoutCommas("registry mirror", newMirrors.values());
    Map<String, String> copied = Collections.unmodifiableMap(new LinkedHashMap<>(newMirrors));
    return with(copy -> copy.registryMirrors = copied);
  }

  /**
   * Sets the address of the npm registry ({@code --npm-registry}); null for the one in npm's
   * configuration.
   */
  public ProgramDefaults withNpmRegistry(@Nullable String newNpmRegistry) {
    return with(copy -> copy.npmRegistry = newNpmRegistry);
  }

  /**
   * Sets the PEM files with certificates that servers may have ({@code --ca-file}).
   *
   * @throws UsageException if a name contains a comma
   */
  public ProgramDefaults withAuthorities(List<Path> newAuthorities) {
    List<Path> checked = withoutCommas("certificate file", newAuthorities);
    return with(copy -> copy.authorities = checked);
  }

  /**
   * Sets the lock file ({@code --lock}); null for {@code layers/sandbox.lock.json} if there is a
   * directory {@code layers}.
   */
  public ProgramDefaults withLock(@Nullable Path newLock) {
    return with(copy -> copy.lock = newLock);
  }

  /**
   * Returns the value of an option as text; empty if it has none.
   *
   * @param command the command's own name, such as {@code archive}
   * @param option the option's long name without hyphens
   */
  Optional<String> value(String command, String option) {
    return switch (command) {
      case "build", "lock", "archive" -> ofInputs(option).or(() -> ofConnections(option));
      case "verify" -> option.equals("key") ? joined(values.keys) : ofConnections(option);
      case "publish" ->
          option.equals("to") && values.registry != null
              ? Optional.of(values.registry.endsWith("/") ? values.registry : values.registry + "/")
              : ofConnections(option);
      case "inspect", "resolve", "sbom", "security" -> ofConnections(option);
      default -> Optional.empty();
    };
  }

  private Optional<String> ofInputs(String option) {
    return switch (option) {
      case "base" -> Optional.ofNullable(values.base).map(Reference::toString);
      case "repository" -> joined(values.repositories);
      case "key" -> joined(values.keys);
      case "platform" -> joined(values.platforms);
      case "npm-registry" -> Optional.ofNullable(values.npmRegistry);
      case "lock" -> Optional.ofNullable(values.lock).map(Path::toString);
      default -> Optional.empty();
    };
  }

  private Optional<String> ofConnections(String option) {
    return switch (option) {
      case "registry-mirror" ->
          joined(
              values.registryMirrors.entrySet().stream()
                  .map(each -> each.getKey() + "=" + each.getValue())
                  .toList());
      case "ca-file" -> joined(values.authorities);
      default -> Optional.empty();
    };
  }

  private static Optional<String> joined(List<?> values) {
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(values.stream().map(Object::toString).collect(Collectors.joining(",")));
  }
}

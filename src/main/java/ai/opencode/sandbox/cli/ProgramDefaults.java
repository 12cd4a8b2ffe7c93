package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.ArrayList;
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
 *
 * @param base the base image ({@code --base}); null for the upstream's own
 * @param alpineMirror the address or directory with Alpine's releases, such as {@code
 *     https://mirror.example/alpine}, from which packages come unless options name repositories;
 *     null for Alpine's own
 * @param repositories Alpine repositories ({@code --repository}), each as address or directory, or
 *     with a tag as {@code @TAG ADDRESS}
 * @param keys files with public keys that sign repositories ({@code --key})
 * @param platforms the platforms of images ({@code --platform} of {@code build} and {@code lock});
 *     empty for this machine's
 * @param registry the registry and namespace to which {@code publish} sends images that are given
 *     no target; null for none. {@code build} sends nothing there unless {@code --registry} or
 *     {@code --to} names it
 * @param registryMirrors the registries to pull from in place of others ({@code --registry-mirror})
 * @param npmRegistry the address of the npm registry ({@code --npm-registry}); null for the one in
 *     npm's configuration
 * @param authorities PEM files with certificates that servers may have ({@code --ca-file})
 * @param lock the lock file ({@code --lock}); null for {@code layers/sandbox.lock.json} if there is
 *     a directory {@code layers}
 */
@Api
public record ProgramDefaults(
    @Nullable Reference base,
    @Nullable String alpineMirror,
    List<String> repositories,
    List<Path> keys,
    List<Platform> platforms,
    @Nullable String registry,
    Map<String, String> registryMirrors,
    @Nullable String npmRegistry,
    List<Path> authorities,
    @Nullable Path lock) {

  /**
   * Checks that each value can be given as an option.
   *
   * @throws UsageException if a value contains a comma, which separates values of options
   */
  public ProgramDefaults {
    repositories = withoutCommas("repository", repositories);
    keys = List.copyOf(keys);
    withoutCommas("key", keys);
    platforms = List.copyOf(platforms);
    registryMirrors = Collections.unmodifiableMap(new LinkedHashMap<>(registryMirrors));
    withoutCommas("registry mirror", registryMirrors.values());
    withoutCommas("registry mirror", registryMirrors.keySet());
    authorities = List.copyOf(authorities);
    withoutCommas("certificate file", authorities);
  }

  private static List<String> withoutCommas(String kind, Iterable<?> values) {
    List<String> texts = new ArrayList<>();
    for (Object each : values) {
      if (each.toString().contains(",")) {
        throw new UsageException(
            "The " + kind + " " + each + " contains a comma. Use a name without one.");
      }
      texts.add(each.toString());
    }
    return List.copyOf(texts);
  }

  /** Returns defaults without any value. */
  public static ProgramDefaults none() {
    return new ProgramDefaults(
        null, null, List.of(), List.of(), List.of(), null, Map.of(), null, List.of(), null);
  }

  private ProgramDefaults with(Consumer<Values> change) {
    Values values = new Values(this);
    change.accept(values);
    return values.defaults();
  }

  /** The values of a copy while it is made. */
  private static final class Values {

    private @Nullable Reference base;
    private @Nullable String alpineMirror;
    private List<String> repositories;
    private List<Path> keys;
    private List<Platform> platforms;
    private @Nullable String registry;
    private Map<String, String> registryMirrors;
    private @Nullable String npmRegistry;
    private List<Path> authorities;
    private @Nullable Path lock;

    Values(ProgramDefaults of) {
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

    ProgramDefaults defaults() {
      return new ProgramDefaults(
          base,
          alpineMirror,
          repositories,
          keys,
          platforms,
          registry,
          registryMirrors,
          npmRegistry,
          authorities,
          lock);
    }
  }

  public ProgramDefaults withBase(@Nullable Reference newBase) {
    return with(values -> values.base = newBase);
  }

  public ProgramDefaults withAlpineMirror(@Nullable String newMirror) {
    return with(values -> values.alpineMirror = newMirror);
  }

  public ProgramDefaults withRepositories(List<String> newRepositories) {
    return with(values -> values.repositories = newRepositories);
  }

  public ProgramDefaults withKeys(List<Path> newKeys) {
    return with(values -> values.keys = newKeys);
  }

  public ProgramDefaults withPlatforms(List<Platform> newPlatforms) {
    return with(values -> values.platforms = newPlatforms);
  }

  public ProgramDefaults withRegistry(@Nullable String newRegistry) {
    return with(values -> values.registry = newRegistry);
  }

  public ProgramDefaults withRegistryMirrors(Map<String, String> newMirrors) {
    return with(values -> values.registryMirrors = newMirrors);
  }

  public ProgramDefaults withNpmRegistry(@Nullable String newNpmRegistry) {
    return with(values -> values.npmRegistry = newNpmRegistry);
  }

  public ProgramDefaults withAuthorities(List<Path> newAuthorities) {
    return with(values -> values.authorities = newAuthorities);
  }

  public ProgramDefaults withLock(@Nullable Path newLock) {
    return with(values -> values.lock = newLock);
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
      case "verify" -> option.equals("key") ? joined(keys) : ofConnections(option);
      case "publish" ->
          option.equals("to") && registry != null
              ? Optional.of(registry.endsWith("/") ? registry : registry + "/")
              : ofConnections(option);
      case "inspect", "resolve", "sbom", "security" -> ofConnections(option);
      default -> Optional.empty();
    };
  }

  private Optional<String> ofInputs(String option) {
    return switch (option) {
      case "base" -> Optional.ofNullable(base).map(Reference::toString);
      case "repository" -> joined(repositories);
      case "key" -> joined(keys);
      case "platform" -> joined(platforms);
      case "npm-registry" -> Optional.ofNullable(npmRegistry);
      case "lock" -> Optional.ofNullable(lock).map(Path::toString);
      default -> Optional.empty();
    };
  }

  private Optional<String> ofConnections(String option) {
    return switch (option) {
      case "registry-mirror" ->
          joined(
              registryMirrors.entrySet().stream()
                  .map(each -> each.getKey() + "=" + each.getValue())
                  .toList());
      case "ca-file" -> joined(authorities);
      default -> Optional.empty();
    };
  }

  private static Optional<String> joined(List<?> values) {
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(values.stream().map(Object::toString).collect(Collectors.joining(",")));
  }
}

package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.VerificationException;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A volume of an engine by its name, which the engine makes if it does not exist.
 *
 * @param target an absolute path in the container
 */
public record EngineVolume(String name, String target, boolean readonly) {

  /** Returns the volume's part of the request that creates a container. */
  public Mount mount() {
    return new Mount()
        .withType(MountType.VOLUME)
        .withSource(name)
        .withTarget(target)
        .withReadOnly(readonly);
  }

  /** Returns whether the engine has the volume. */
  public boolean existsIn(Engine engine) {
    return find(engine).isPresent();
  }

  /**
   * Returns the reason not to mount the volume; empty if there is none. A volume can be a directory
   * of the host or a share of the network under another name.
   */
  public List<String> objections(Engine engine) {
    return find(engine)
        .filter(each -> !isPlain(each))
        .map(
            each ->
                "volume \""
                    + name
                    + "\" is not a plain volume of the engine: driver "
                    + each.getDriver()
                    + device(each))
        .stream()
        .toList();
  }

  private Optional<InspectVolumeResponse> find(Engine engine) {
    try {
      return Optional.of(engine.client().inspectVolumeCmd(name).exec());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /** Docker binds a directory by the option "o" alone, even where the type is tmpfs. */
  private static boolean isPlain(InspectVolumeResponse volume) {
    Map<String, String> options = options(volume);
    boolean memory =
        "tmpfs".equals(options.get("type"))
            && "tmpfs".equals(options.get("device"))
            && !options.getOrDefault("o", "").contains("bind");
    return "local".equals(volume.getDriver())
        && (memory || options.keySet().stream().allMatch("size"::equals));
  }

  private static String device(InspectVolumeResponse volume) {
    String device = options(volume).getOrDefault("device", "");
    return device.isEmpty() ? "" : " mounts " + device;
  }

  private static Map<String, String> options(InspectVolumeResponse volume) {
    return Objects.requireNonNullElse(volume.getOptions(), Map.of());
  }

  /**
   * Looks for the volume in the engine's description of a container.
   *
   * @throws VerificationException if the engine mounts it otherwise
   */
  void requireShown(InspectContainerResponse answer) {
    boolean shown =
        Objects.requireNonNullElse(answer.getMounts(), List.<InspectContainerResponse.Mount>of())
            .stream()
            .anyMatch(
                each ->
                    name.equals(each.getName())
                        && each.getDestination() != null
                        && target.equals(each.getDestination().getPath())
                        && (!readonly || Boolean.FALSE.equals(each.getRW())));
    if (!shown) {
      throw new VerificationException(
          "The container was not started: the engine does not mount volume "
              + name
              + " at "
              + target
              + " as requested. Check which program answers at the engine's address.");
    }
  }
}

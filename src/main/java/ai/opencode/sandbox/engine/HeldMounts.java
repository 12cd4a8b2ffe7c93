package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.security.EngineKind;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Driver;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Directories that a container mounts, held open by this process from the check of their paths
 * until the container ends. The engine gets {@code /proc/PID/fd/N} as the source instead of a path,
 * so that swapping the path after the check has no effect.
 *
 * <p>A container cannot bind-mount such a source, but the engine can: each directory becomes a
 * volume of the driver {@code local}, made for one container and removed with it.
 *
 * <p>In an engine on another machine or in another process namespace, the same PID and number would
 * be a foreign file. Therefore the source passes through a private directory, also held open, and a
 * link in it with a random name: an engine that finds that name sees this process.
 */
public final class HeldMounts implements AutoCloseable {

  private static final String VOLUME_PREFIX = "opencode-sandbox-";

  private static final Pattern VOLUME =
      Pattern.compile(
          "/volumes/" + VOLUME_PREFIX + "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/_data$");

  private static final String LABEL = Annotations.MOUNT;

  private static final List<String> UNSEEN =
      List.of("no such file", "invalid argument", "permission denied", "not permitted");

  /**
   * A directory that is held open.
   *
   * @param device the path by which the engine reaches the directory
   * @param volume the name of the engine's volume for the directory
   */
  private record Held(OpenDirectory directory, Path device, String volume) {

    /**
     * Returns the options of the engine's volume. Mounts below the directory are included ({@code
     * rbind}), and when the engine unmounts them, those of the host stay ({@code rprivate}).
     */
    Map<String, String> options() {
      return Map.of("type", "none", "o", "rbind,rprivate", "device", device.toString());
    }
  }

  private final @Nullable DockerClient client;

  private final Map<ResolvedMount, Held> held = new LinkedHashMap<>();
  private final Map<String, Path> volumes = new LinkedHashMap<>();
  private @Nullable Path names;
  private @Nullable OpenDirectory openNames;

  private HeldMounts(@Nullable DockerClient client) {
    this.client = client;
  }

  /** Returns an instance that holds nothing, so that every directory is mounted by its path. */
  public static HeldMounts none() {
    return new HeldMounts(null);
  }

  /**
   * Opens the directories among some mounts, unless the engine cannot use them that way.
   *
   * @throws UsageException if this process may not open one
   * @throws VerificationException if one has been replaced since it was checked
   */
  public static HeldMounts of(Engine engine, List<ResolvedMount> mounts) throws IOException {
    HeldMounts result = new HeldMounts(engine.client());
    List<ResolvedMount> directories = new ArrayList<>();
    if (mayBeSeenBy(engine)) {
      Optional<Path> data = engine.dataDirectory();
      mounts.stream()
          .filter(ResolvedMount::isDirectory)
          // Removing a volume deletes its directory, here the one that contains the volume.
          .filter(each -> data.isEmpty() || !data.get().startsWith(each.source()))
          .forEach(directories::add);
    }
    try {
      if (!directories.isEmpty()) {
        result.hold(directories);
      }
      return result;
    } catch (IOException | RuntimeException e) {
      result.close();
      throw e;
    }
  }

  /**
   * Returns whether a mount point is that of a volume that a run has made for a directory of the
   * host: {@code volumes/opencode-sandbox-UUID/_data} in the engine's directory. While that run
   * goes on, the directory of the host is mounted there.
   */
  public static boolean isVolume(Path place) {
    return VOLUME.matcher(place.toString()).find();
  }

  /**
   * Returns whether the engine can mount from {@code /proc}. Podman cannot: mount(8) resolves the
   * path again. An engine that maps users lacks the permission, and one with SELinux would relabel
   * every file of a volume.
   */
  private static boolean mayBeSeenBy(Engine engine) {
    return engine.address().isUnixSocket()
        && Files.isDirectory(Path.of("/proc/self/fdinfo"))
        && engine.kind() == EngineKind.DOCKER
        && !engine.mapsUsers()
        && !engine.labelsFiles();
  }

  private void hold(List<ResolvedMount> directories) throws IOException {
    Path own = TemporaryFiles.directory("opencode-sandbox-mounts").toRealPath();
    names = own;
    openNames = OpenDirectory.open(own).orElse(null);
    // If a mount contains the private directory, a container could replace the links in it.
    if (openNames == null || directories.stream().anyMatch(each -> own.startsWith(each.source()))) {
      return;
    }
    for (ResolvedMount each : directories) {
      OpenDirectory directory = open(each);
      if (directory != null) {
        String name = UUID.randomUUID().toString();
        Path device = openNames.shared().resolve(name);
        held.put(each, new Held(directory, device, VOLUME_PREFIX + name));
        Files.createSymbolicLink(own.resolve(name), directory.shared());
        if (!each.file().equals(directory.file()) || !each.source().equals(directory.path())) {
          throw each.replaced("The container was not started: ");
        }
      }
    }
  }

  private static @Nullable OpenDirectory open(ResolvedMount mount) throws IOException {
    try {
      return OpenDirectory.open(mount.source()).orElse(null);
    } catch (AccessDeniedException e) {
      throw new UsageException(
          "Cannot mount "
              + mount.source()
              + " at "
              + mount.target()
              + ": without permission to read it, it cannot be protected from being replaced while"
              + " the container starts. Give yourself that permission.",
          e);
    } catch (IOException e) {
      throw mount.replaced("The container was not started: ");
    }
  }

  boolean holds(ResolvedMount mount) {
    return held.containsKey(mount);
  }

  /** Returns a mount's part of the request that creates the container. */
  public Mount mount(ResolvedMount mount) {
    Mount result = new Mount().withTarget(mount.target()).withReadOnly(mount.readonly());
    Held here = held.get(mount);
    if (here == null) {
      return result.withType(MountType.BIND).withSource(mount.source().toString());
    }
    return result
        .withType(MountType.VOLUME)
        .withSource(here.volume())
        .withVolumeOptions(
            new VolumeOptions()
                .withNoCopy(true)
                .withLabels(Map.of(LABEL, mount.source().toString()))
                .withDriverConfig(new Driver().withName("local").withOptions(here.options())));
  }

  /** Returns labels for the container that name the directories behind its volumes. */
  public Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    held.keySet().forEach(each -> labels.put(LABEL + each.target(), each.source().toString()));
    return labels;
  }

  /**
   * Returns whether a mount that the engine reports is the volume of a held directory.
   *
   * @param shown the mount in the engine's description of the container
   * @throws UnseenMountsException if the engine made that volume with other options
   */
  boolean isShown(InspectContainerResponse.Mount shown, ResolvedMount mount)
      throws UnseenMountsException {
    Held here = held.get(mount);
    if (here == null
        || client == null
        || !here.volume().equals(shown.getName())
        || shown.getDestination() == null
        || !shown.getDestination().getPath().equals(mount.target())) {
      return false;
    }
    Map<String, String> options = client.inspectVolumeCmd(here.volume()).exec().getOptions();
    if (!here.options().equals(options)) {
      throw new UnseenMountsException("The engine made a volume with other options than requested");
    }
    volumes.put(Objects.requireNonNullElse(shown.getSource(), here.volume()), mount.source());
    return !mount.readonly() || Boolean.FALSE.equals(shown.getRW());
  }

  /**
   * Rewrites the engine's error about a container that did not start: the user's paths replace
   * those of the volumes.
   *
   * @throws UnseenMountsException if the engine did not find a held directory
   * @throws VerificationException if it did not find one because that was moved or deleted
   */
  DockerException explained(DockerException failure) throws UnseenMountsException {
    String text = Engine.reason(failure);
    for (Held each : held.values()) {
      if (text.contains(each.device().toString())
          && UNSEEN.stream().anyMatch(text.toLowerCase(Locale.ROOT)::contains)) {
        requireInPlace();
        throw new UnseenMountsException(failure);
      }
    }
    String named = text;
    for (Map.Entry<String, Path> each : volumes.entrySet()) {
      named = named.replace(each.getKey(), each.getValue().toString());
    }
    if (named.equals(text)) {
      return failure;
    }
    return failure instanceof NotFoundException
        ? new NotFoundException(named)
        : new DockerException(named, failure.getHttpStatus());
  }

  private void requireInPlace() {
    held.forEach(
        (mount, here) -> {
          try {
            if (mount.source().equals(here.directory().path())) {
              return;
            }
          } catch (IOException e) {
            // A directory whose path cannot be read counts as replaced.
          }
          throw mount.replaced("The container was not started: ");
        });
  }

  private void removeVolumes() {
    for (Held each : held.values()) {
      try {
        if (client != null) {
          Uninterrupted.run(client.removeVolumeCmd(each.volume())::exec);
        }
      } catch (DockerException e) {
        // The volume was not made, or another container uses it; it holds no copy of files.
      }
    }
  }

  /** Removes the volumes and closes the directories; to be called after the container's removal. */
  @Override
  public void close() throws IOException {
    removeVolumes();
    try (Stream<OpenDirectory> open =
        Stream.concat(held.values().stream().map(Held::directory), Stream.ofNullable(openNames))) {
      for (OpenDirectory each : open.toList()) {
        each.close();
      }
    } finally {
      if (names != null) {
        TemporaryFiles.delete(names);
      }
    }
  }
}

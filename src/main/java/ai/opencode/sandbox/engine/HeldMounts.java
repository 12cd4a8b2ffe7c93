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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The judged directories, held open for an engine on this machine: it is told the place under
 * {@code /proc} where this process has each open, and not a path that somebody could lead
 * elsewhere.
 *
 * <p>The kernel lets no container mount from there itself, so the engine does: each directory is a
 * volume of its driver {@code local}, made for one container and removed with it. Under the same
 * number, an engine on another machine or among other processes would find a foreign file. The
 * place therefore leads through a private directory that is held open as well, to a name in it
 * which has been drawn by lot: where that is found, this process was.
 */
public final class HeldMounts implements AutoCloseable {

  private static final String LABEL = Annotations.MOUNT;

  private static final List<String> UNSEEN =
      List.of("no such file", "invalid argument", "permission denied", "not permitted");

  /**
   * One of them.
   *
   * @param device the place where the engine finds it
   * @param volume that it makes of it
   */
  private record Held(OpenDirectory directory, Path device, String volume) {

    /** Mounts below it come along; private, or their removal would reach the originals. */
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

  /** Holds nothing: all is mounted by its path. */
  public static HeldMounts none() {
    return new HeldMounts(null);
  }

  /**
   * Holds the directories among some mounts, where the engine may be able to see them.
   *
   * @throws UsageException where one must not be opened
   * @throws VerificationException where one is not the judged one any more
   */
  public static HeldMounts of(Engine engine, List<ResolvedMount> mounts) throws IOException {
    HeldMounts result = new HeldMounts(engine.client());
    List<ResolvedMount> directories = new ArrayList<>();
    if (mayBeSeenBy(engine)) {
      Optional<Path> data = engine.dataFolder();
      mounts.stream()
          .filter(ResolvedMount::isDirectory)
          // A volume that contained all volumes would be removed with itself.
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
   * Podman has mount(8) look the path up once more; where users are mapped, the engine has not the
   * rights for it; where files are labelled, it would label all that is in a volume anew.
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
    // What is in a mount can be changed by another container that has the same one.
    if (openNames == null || directories.stream().anyMatch(each -> own.startsWith(each.source()))) {
      return;
    }
    for (ResolvedMount each : directories) {
      OpenDirectory directory = open(each);
      if (directory != null) {
        String name = UUID.randomUUID().toString();
        Path device = openNames.shared().resolve(name);
        held.put(each, new Held(directory, device, "opencode-sandbox-" + name));
        Files.createSymbolicLink(own.resolve(name), directory.shared());
        if (!each.file().equals(directory.file()) || !each.source().equals(directory.path())) {
          throw each.replaced("Not started: ");
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
              + ": you may not read it, so it cannot be kept from being replaced while the container"
              + " starts; give yourself the right to read it",
          e);
    } catch (IOException e) {
      throw mount.replaced("Not started: ");
    }
  }

  boolean holds(ResolvedMount mount) {
    return held.containsKey(mount);
  }

  /** What the engine is asked for. */
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

  /** Labels of the container that say which directories its volumes are. */
  public Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    held.keySet().forEach(each -> labels.put(LABEL + each.target(), each.source().toString()));
    return labels;
  }

  /**
   * Whether what an engine shows is one of these.
   *
   * @throws UnseenMountsException where it is another volume than it was asked for
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
      throw new UnseenMountsException("The engine does not mount what it was asked to");
    }
    volumes.put(Objects.requireNonNullElse(shown.getSource(), here.volume()), mount.source());
    return !mount.readonly() || Boolean.FALSE.equals(shown.getRW());
  }

  /**
   * Says why a container did not start, with the paths that were given.
   *
   * @throws UnseenMountsException where the engine did not find what is held
   * @throws VerificationException where that is because it was moved or deleted
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
            // It cannot be told where it is.
          }
          throw mount.replaced("Not started: ");
        });
  }

  private void removeVolumes() {
    for (Held each : held.values()) {
      try {
        if (client != null) {
          client.removeVolumeCmd(each.volume()).exec();
        }
      } catch (DockerException e) {
        // It was not made, or is somebody's by now; nothing of the directory is in it.
      }
    }
  }

  /** To be called when there is no container any more that mounts them. */
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

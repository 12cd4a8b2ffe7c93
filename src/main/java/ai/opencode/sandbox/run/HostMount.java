package ai.opencode.sandbox.run;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A folder or file of the host that a container gets to see.
 *
 * @param source without symbolic links, so that what is judged is what is mounted
 * @param target absolute path in the container
 */
public record HostMount(Path source, String target, boolean readonly) {

  private static final Pattern FORM = Pattern.compile("(.+?):(/[^:]*)(?::(ro|rw))?");

  /** Not even one of these alone may be seen; what lies below most of them may. */
  private static final Set<Path> SYSTEM_FOLDERS =
      paths(
          "/",
          "/bin",
          "/etc",
          "/home",
          "/lib",
          "/lib64",
          "/media",
          "/mnt",
          "/opt",
          "/root",
          "/sbin",
          "/srv",
          "/tmp",
          "/usr",
          "/var",
          "/var/lib",
          "/var/log",
          "/Users",
          "/System",
          "/Library",
          "/private");

  /** Nothing in here may. */
  private static final Set<Path> SYSTEM_TREES =
      paths(
          "/boot",
          "/dev",
          "/proc",
          "/run",
          "/sys",
          "/var/run",
          "/var/lib/containerd",
          "/var/lib/containers",
          "/var/lib/docker",
          "/var/lib/kubelet",
          "/etc/docker",
          "/etc/kubernetes");

  private static final List<String> KEYS_IN_HOME =
      List.of(
          ".ssh",
          ".gnupg",
          ".aws",
          ".azure",
          ".kube",
          ".docker",
          ".config/gcloud",
          ".config/gh",
          ".config/containers",
          ".netrc",
          ".npmrc",
          ".git-credentials",
          ".password-store");

  private static Set<Path> paths(String... paths) {
    return Set.copyOf(List.of(paths).stream().map(Path::of).toList());
  }

  public HostMount {
    if (!source.isAbsolute()) {
      throw new IllegalArgumentException("relative: " + source);
    }
    if (!target.startsWith("/") || !Path.of(target).normalize().toString().equals(target)) {
      throw new UsageException(
          "\""
              + target
              + "\" is not a place in a container; expected an absolute path in its shortest form");
    }
  }

  /**
   * Parses {@code SOURCE:TARGET[:ro|rw]}. Unlike Docker's {@code --volume} it takes no names of
   * volumes and makes no missing folders.
   *
   * @throws UsageException where it has another form, or the source does not exist
   */
  public static HostMount of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "\""
              + text
              + "\" is not a mount; expected SOURCE:TARGET or SOURCE:TARGET:ro, TARGET absolute");
    }
    return of(Path.of(matcher.group(1)), matcher.group(2), "ro".equals(matcher.group(3)));
  }

  /**
   * @throws UsageException where the source does not exist
   */
  public static HostMount of(Path source, String target, boolean readonly) {
    try {
      return new HostMount(source.toRealPath(), target, readonly);
    } catch (IOException e) {
      throw new UsageException(
          "Cannot mount "
              + source
              + " at "
              + target
              + ": there is no such file or folder, or it cannot be reached",
          e);
    }
  }

  /**
   * Why seeing this would undo the sandbox, one sentence for each reason.
   *
   * @param home of the user who starts the container
   * @param engineSocket where the engine listens; null where that is not a file
   */
  List<String> objections(Path home, @Nullable Path engineSocket) {
    List<String> objections = new ArrayList<>();
    Path realHome = real(home);
    if (realHome.startsWith(source)) {
      objections.add(
          at() + " is or contains your home folder, with its keys and everything you own");
    } else if (SYSTEM_FOLDERS.contains(source)
        || (SYSTEM_TREES.stream().anyMatch(source::startsWith)
            && !source.startsWith(Path.of("/run/media")))) {
      objections.add(at() + " belongs to the host's system");
    }
    for (String keys : KEYS_IN_HOME) {
      if (source.startsWith(realHome.resolve(keys))) {
        objections.add(at() + " holds keys or passwords");
      }
    }
    if (engineSocket != null && real(engineSocket).startsWith(source)) {
      objections.add(
          at() + " leads to the container engine's socket: who can use that is root on the host");
    } else if (isSocketOrDevice()) {
      objections.add(
          at() + " is a socket or device: whatever answers there is outside the sandbox");
    }
    for (String kernel : List.of("/proc", "/sys", "/dev")) {
      if (Path.of(target).startsWith(kernel)) {
        objections.add("mounting at " + target + " replaces what the engine protects there");
      }
    }
    if (target.equals("/")) {
      objections.add("mounting at / replaces the image");
    }
    return objections;
  }

  private String at() {
    return "mounting " + source + " at " + target + ": it";
  }

  private boolean isSocketOrDevice() {
    try {
      return Files.readAttributes(source, BasicFileAttributes.class).isOther();
    } catch (IOException e) {
      return false;
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }
}

package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory or file of the host that is mounted in a container.
 *
 * @param source absolute path; links in it are resolved once, just before a container is made
 * @param target absolute path in the container
 */
@Api
public record HostMount(Path source, String target, boolean readonly) {

  private static final Pattern FORM = Pattern.compile("(.+?):(/[^:]*)(?::(ro|rw))?");

  /** Paths of the image that the sandbox depends on, so nothing is mounted over them. */
  private static final Set<String> IMAGE_DIRECTORIES =
      Set.of(
          "/",
          "/bin",
          "/boot",
          "/etc",
          "/home",
          "/lib",
          "/lib64",
          "/root",
          "/run",
          "/sbin",
          "/usr",
          "/usr/bin",
          "/usr/lib",
          "/usr/libexec",
          "/usr/local",
          "/usr/local/bin",
          "/usr/local/lib",
          "/usr/local/sbin",
          "/usr/sbin",
          "/var",
          "/var/lib",
          "/var/run");

  public HostMount {
    if (!source.isAbsolute()) {
      throw new IllegalArgumentException("relative: " + source);
    }
    if (!isShortest(target)) {
      throw new UsageException(
          "\""
              + target
              + "\" is not a path in a container. Use an absolute path in its shortest form.");
    }
  }

  private static boolean isShortest(String target) {
    return target.startsWith("/")
        && target.chars().noneMatch(Character::isISOControl)
        && Path.of(target).normalize().toString().equals(target);
  }

  /**
   * Parses {@code SOURCE:TARGET[:ro|rw]}. Unlike Docker's {@code --volume} it accepts no names of
   * volumes and creates no missing directories.
   *
   * @throws UsageException if the text has another form, or the source does not exist
   */
  public static HostMount of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "\""
              + text
              + "\" is not a mount. Use SOURCE:TARGET or SOURCE:TARGET:ro, with an absolute"
              + " TARGET.");
    }
    return of(Path.of(matcher.group(1)), matcher.group(2), "ro".equals(matcher.group(3)));
  }

  /**
   * Creates a mount.
   *
   * @throws UsageException if the source does not exist
   */
  public static HostMount of(Path source, String target, boolean readonly) {
    if (!Files.exists(source)) {
      throw new UsageException(missing(source, target));
    }
    return new HostMount(source.toAbsolutePath(), target, readonly);
  }

  /**
   * Resolves the source once, so that the path that is checked is the path that is mounted.
   *
   * @throws UsageException if it does not exist
   */
  ResolvedMount resolved() {
    try {
      return ResolvedMount.of(source, target, readonly);
    } catch (IOException e) {
      throw new UsageException(missing(source, target), e);
    }
  }

  static String missing(Path source, String target) {
    return "Cannot mount "
        + source
        + " at "
        + target
        + ": it does not exist, or a parent directory is not accessible. Choose another source.";
  }

  /**
   * Returns the reasons why this mount would undo the sandbox, one clause each.
   *
   * @param resolved this mount, resolved
   */
  static List<String> objections(ResolvedMount resolved, ForbiddenPlaces forbidden) {
    List<String> objections = new ArrayList<>();
    String target = resolved.target();
    forbidden
        .objection(resolved)
        .ifPresent(
            reason ->
                objections.add(
                    "mounting " + resolved.source() + " at " + target + ": it " + reason));
    for (String kernel : List.of("/proc", "/sys", "/dev")) {
      if (Path.of(target).startsWith(kernel)) {
        objections.add("mounting at " + target + " replaces files that the engine protects");
      }
    }
    if (IMAGE_DIRECTORIES.contains(target)) {
      objections.add("mounting at " + target + " replaces the image");
    }
    return objections;
  }
}

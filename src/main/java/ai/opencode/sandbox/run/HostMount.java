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
 * A directory or file of the host that a container gets to see.
 *
 * @param source absolute; what it leads to is looked up once, when a container is about to be made
 * @param target absolute path in the container
 */
@Api
public record HostMount(Path source, String target, boolean readonly) {

  private static final Pattern FORM = Pattern.compile("(.+?):(/[^:]*)(?::(ro|rw))?");

  /** Places in a container that make it what it is: nothing is mounted over them. */
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
              + "\" is not a place in a container; expected an absolute path in its shortest form");
    }
  }

  private static boolean isShortest(String target) {
    return target.startsWith("/")
        && target.chars().noneMatch(Character::isISOControl)
        && Path.of(target).normalize().toString().equals(target);
  }

  /**
   * Parses {@code SOURCE:TARGET[:ro|rw]}. Unlike Docker's {@code --volume} it takes no names of
   * volumes and makes no missing directories.
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
    if (!Files.exists(source)) {
      throw new UsageException(missing(source, target));
    }
    return new HostMount(source.toAbsolutePath(), target, readonly);
  }

  /**
   * Looks it up, once: what is judged is what is mounted.
   *
   * @throws UsageException where it does not exist
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
        + ": there is no such file or directory, or it cannot be reached";
  }

  /**
   * Why seeing this would undo the sandbox, one sentence for each reason.
   *
   * @param resolved this, looked up
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
        objections.add("mounting at " + target + " replaces what the engine protects there");
      }
    }
    if (IMAGE_DIRECTORIES.contains(target)) {
      objections.add("mounting at " + target + " replaces the image");
    }
    return objections;
  }
}

package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.MountTarget;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory or file of the host that is mounted in a container.
 *
 * @param source an absolute path on the host; links in the path are resolved once, just before a
 *     container is created
 * @param target an absolute path in the container
 * @param readonly whether the container can only read the directory or file
 */
@Api
public record HostMount(Path source, String target, boolean readonly) {

  private static final Pattern FORM = Pattern.compile("(.+?):(/[^:]*)(?::(ro|rw))?");

  public HostMount {
    if (!source.isAbsolute()) {
      throw new IllegalArgumentException(
          "The source of a mount is the relative path " + source + ". Use an absolute path.");
    }
    MountTarget.require(target);
  }

  /**
   * Parses {@code SOURCE:TARGET[:ro|rw]}. Unlike Docker's {@code --volume}, this method accepts no
   * name of a volume as the source, and creates no missing directory.
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
   * @throws UsageException if the source does not exist
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
        + ", because it does not exist, or a parent directory is not accessible. Choose another"
        + " source.";
  }

  /**
   * Returns the reasons why this mount would undo the sandbox, one clause each.
   *
   * @param resolved this mount, with the links in its source resolved
   * @param forbidden the files that a container must not see
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
    objections.addAll(MountTarget.objections(target));
    return objections;
  }
}

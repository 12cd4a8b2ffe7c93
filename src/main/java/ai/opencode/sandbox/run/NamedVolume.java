package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.EngineVolume;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.MountTarget;
import ai.opencode.sandbox.stability.Api;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A volume of the engine that outlives the container, such as a cache of packages. The engine makes
 * it if it does not exist, with the content and owner of the image's directory at that path. A
 * later container sees everything that an earlier one has written there.
 *
 * @param target absolute path in the container
 */
@Api
public record NamedVolume(String name, String target, boolean readonly) {

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";
  private static final Pattern FORM = Pattern.compile("(" + NAME + "):(/[^:]*)(?::(ro|rw))?");
  private static final int MAX_NAME = 255;

  /**
   * @throws UsageException if the name or the path is malformed
   */
  public NamedVolume {
    if (name.length() < 2 || name.length() > MAX_NAME || !name.matches(NAME)) {
      throw new UsageException(
          "\""
              + name
              + "\" is not the name of a volume. Use two or more letters, digits, dots, dashes"
              + " and underscores; for a directory of the host write ./"
              + name
              + ".");
    }
    MountTarget.require(target);
  }

  /**
   * Tells whether the text of {@code --volume} names a volume, as Docker decides it: a name of a
   * directory would have a slash. Whether a directory of that name exists does not count, because a
   * task can make one.
   */
  public static boolean isNamedIn(String text) {
    int colon = text.indexOf(':');
    return colon > 0 && text.substring(0, colon).matches(NAME);
  }

  /**
   * Parses {@code NAME:TARGET[:ro|rw]}.
   *
   * @throws UsageException if the text has another form
   */
  public static NamedVolume of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "\""
              + text
              + "\" is not a volume. Use NAME:TARGET or NAME:TARGET:ro, with an absolute TARGET.");
    }
    return new NamedVolume(matcher.group(1), matcher.group(2), "ro".equals(matcher.group(3)));
  }

  EngineVolume ofEngine() {
    return new EngineVolume(name, target, readonly);
  }
}

package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.EngineVolume;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.MountTarget;
import ai.opencode.sandbox.stability.Api;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A volume of the engine that outlives the container, for instance for a cache of packages. If the
 * volume does not exist, the engine creates it with the content and owner of the image's directory
 * at {@code target}. A later container sees everything that an earlier one has written there.
 *
 * @param name the volume's name in the engine
 * @param target an absolute path in the container
 * @param readonly whether the container can only read the volume
 */
@Api
public record NamedVolume(String name, String target, boolean readonly) {

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";
  private static final Pattern FORM = Pattern.compile("(" + NAME + "):(/[^:]*)(?::(ro|rw))?");
  private static final int MAX_NAME = 255;

  /**
   * Creates a volume.
   *
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
   * Returns whether the text of the option {@code --volume} names a volume instead of a directory
   * of the host. As for Docker, a source without a slash is a volume's name, even if a directory of
   * that name exists.
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

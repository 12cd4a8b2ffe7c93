package ai.opencode.sandbox.upstream.standin;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The conversion of Debian's package versions to apk's, which have no epoch ({@code 1:}), no {@code
 * +dfsg} and no {@code deb12u3}. The order of a package's versions is preserved for Debian's usual
 * schemes, so that a package of a Debian security update has a higher apk version too.
 */
final class DebianVersion {

  private static final Pattern UPSTREAM = Pattern.compile("\\d+(?:\\.\\d+)*(?:[a-z](?![a-z0-9]))?");
  private static final Pattern PRE_RELEASE = Pattern.compile("~(alpha|beta|pre|rc)(\\d{0,6})");
  private static final Pattern REVISION = Pattern.compile("^(\\d{1,6})");
  private static final Pattern UPDATE =
      Pattern.compile("(?:deb\\d+u|ubuntu)(\\d{1,4})(?:\\.(\\d{1,4}))?");
  private static final Pattern REBUILD = Pattern.compile("\\+b(\\d{1,4})$");

  private DebianVersion() {}

  /** Turns {@code 1:2.39.5-0+deb12u3} into {@code 2.39.5-r300}. */
  static String toApk(String debian) {
    String version = debian.substring(debian.indexOf(':') + 1);
    int dash = version.lastIndexOf('-');
    String upstream = dash < 0 ? version : version.substring(0, dash);
    Matcher number = UPSTREAM.matcher(upstream);
    StringBuilder apk = new StringBuilder(number.find() ? number.group() : "0");
    Matcher preRelease = PRE_RELEASE.matcher(upstream);
    if (preRelease.find()) {
      apk.append('_').append(preRelease.group(1)).append(preRelease.group(2));
    }
    return apk.append("-r").append(revision(version, version.substring(dash + 1), dash)).toString();
  }

  /**
   * Returns one number for Debian's revision ({@code -0}), stable update ({@code deb12u3}) and
   * rebuild ({@code +b1}); the last two have two digits each.
   */
  private static long revision(String version, String revision, int dash) {
    Matcher first = REVISION.matcher(revision);
    long number = dash >= 0 && first.find() ? Long.parseLong(first.group(1)) : 0;
    long update = 0;
    long rebuild = 0;
    Matcher updates = UPDATE.matcher(version);
    if (updates.find()) {
      update = Long.parseLong(updates.group(1));
      rebuild = updates.group(2) == null ? 0 : Long.parseLong(updates.group(2));
    }
    Matcher rebuilds = REBUILD.matcher(version);
    if (rebuilds.find()) {
      rebuild = Long.parseLong(rebuilds.group(1));
    }
    return (number * 100 + Math.min(update, 99)) * 100 + Math.min(rebuild, 99);
  }
}

package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.Set;
import java.util.SortedMap;

/**
 * Checks that every file belongs to a package, is named by npm's lock, or meets a rule for its path
 * and content.
 */
final class UnownedFileCheck implements Check {

  /** The top directories that only packages may fill; users may put files into others. */
  private static final Set<String> PACKAGES = Set.of("bin", "boot", "lib", "lib64", "sbin", "usr");

  private static final String STAND_IN_KEY = "etc/apk/keys/opencode-sandbox-stand-in.rsa.pub";

  /** A list of libraries that are loaded into every program before its own. */
  private static final String PRELOADED = "etc/ld.so.preload";

  /** apk runs the files in this directory. */
  private static final String HOOKS = "etc/apk/commit_hooks.d/";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "apk-key", "every key that apk trusts belongs to a package",
        "unowned-file",
            "every file belongs to a package, or has the content that its path requires");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    if (image.database() == null) {
      return;
    }
    for (RootEntry entry : image.root().entries()) {
      String path = entry.path();
      if (entry.isDirectory() || image.owners().of(path).isPresent()) {
        continue;
      }
      if (path.startsWith("etc/apk/keys/")) {
        key(image, path, flaws);
      } else if (isLookedInto(image, path)) {
        image.unowned().flaw(entry).ifPresent(flaw -> flaws.add("unowned-file", "/" + path, flaw));
      }
    }
  }

  /** Accepts the single key of the stand-in's generated base image, which no package contains. */
  private static void key(Examined image, String path, Flaws flaws) {
    DefinedImage defined = image.contract().definition();
    if (defined != null && isOwn(image, path, defined)) {
      return;
    }
    boolean strict = image.contract().sandbox() || defined != null;
    if (strict && !(image.isStandIn() && path.equals(STAND_IN_KEY))) {
      flaws.add(
          "apk-key", "/" + path, "no package has it, but apk would trust packages signed with it");
    }
  }

  private static boolean isOwn(Examined image, String path, DefinedImage defined) {
    String key = defined.keys().get(path.substring(path.lastIndexOf('/') + 1));
    return defined.has(path)
        || (key != null && image.root().text(path).filter(key::equals).isPresent());
  }

  private static boolean isLookedInto(Examined image, String path) {
    int slash = path.indexOf('/');
    return image.contract().closed()
        || (image.contract().sandbox() && (path.equals(PRELOADED) || path.startsWith(HOOKS)))
        || PACKAGES.contains(slash < 0 ? path : path.substring(0, slash));
  }
}

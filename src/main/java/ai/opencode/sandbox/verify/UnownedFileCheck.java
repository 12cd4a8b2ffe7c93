package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.Set;
import java.util.SortedMap;

/** Every file is accounted for: by a package, by npm's lock, or by what it is. */
final class UnownedFileCheck implements Check {

  /** Where packages keep their files; in other places users may put theirs. */
  private static final Set<String> PACKAGES = Set.of("bin", "boot", "lib", "lib64", "sbin", "usr");

  private static final String STAND_IN_KEY = "etc/apk/keys/opencode-sandbox-stand-in.rsa.pub";

  /** Libraries that are loaded into every program before its own. */
  private static final String PRELOADED = "etc/ld.so.preload";

  /** apk runs what is in it. */
  private static final String HOOKS = "etc/apk/commit_hooks.d/";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "apk-key", "every key that packages are trusted by came with a package",
        "unowned-file", "every file belongs to a package, or is what it must be in its place");
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

  /** The stand-in's base is made by a program, and its one key is not in a package. */
  private static void key(Examined image, String path, Flaws flaws) {
    if (image.contract().sandbox() && !(image.isStandIn() && path.equals(STAND_IN_KEY))) {
      flaws.add("apk-key", "/" + path, "no package has it, and packages would be trusted by it");
    }
  }

  private static boolean isLookedInto(Examined image, String path) {
    int slash = path.indexOf('/');
    return image.contract().closed()
        || (image.contract().sandbox() && (path.equals(PRELOADED) || path.startsWith(HOOKS)))
        || PACKAGES.contains(slash < 0 ? path : path.substring(0, slash));
  }
}

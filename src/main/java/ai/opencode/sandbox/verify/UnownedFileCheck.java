package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.verify.content.Flaws;
import ai.opencode.sandbox.verify.content.RootEntry;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** Every file is accounted for: by a package, by npm, or by a reason written down here. */
final class UnownedFileCheck implements Check {

  /** Where packages keep their files; in other places users may put theirs. */
  private static final Set<String> PACKAGES = Set.of("bin", "boot", "lib", "lib64", "sbin", "usr");

  /** Files that belong to no package, and where they come from. */
  private record Known(Pattern paths, String reason) {

    static Known of(String paths, String reason) {
      return new Known(Pattern.compile(paths), reason);
    }
  }

  private static final List<Known> KNOWN =
      List.of(
          Known.of(
              "(usr/)?lib/apk/db/(installed|triggers|lock|scripts\\.tar(\\.gz)?)",
              "apk's database, which lists itself nowhere"),
          Known.of("etc/apk/(arch|repositories|world)", "apk's settings"),
          Known.of("etc/(passwd|group|shadow|shells)", "the users"),
          Known.of("etc/(passwd|group|shadow)-", "copies that the base image's tools keep"),
          Known.of(
              "etc/ssl/certs/(ca-cert-.*\\.pem|[0-9a-f]{8}\\.\\d+)",
              "links to certificate authorities, as update-ca-certificates makes them"),
          Known.of("etc/gitconfig", "ours: git accepts /workspace"),
          Known.of(
              "usr/local/lib/node_modules/.*",
              "npm's packages, which apk's database does not know"),
          Known.of("usr/local/lib/opencode-sandbox/.*", "ours: settings of Node.js"),
          Known.of(
              "usr/local/(CHANGELOG\\.md|LICENSE|README\\.md|include/node/.*|share/.*"
                  + "|bin/(node|docker-entrypoint\\.sh))",
              "Node.js as its own images bring it"));

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "apk-key", "every key that packages are trusted by came with a package",
        "unowned-file", "every file belongs to a package, or is known for a reason");
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
      } else if (isLookedInto(image, path)
          && KNOWN.stream().noneMatch(known -> known.paths.matcher(path).matches())
          && !isAppletOrModule(image, entry)) {
        flaws.add("unowned-file", "/" + path, "no package has it");
      }
    }
  }

  /** The stand-in's base is made by a program, and its key is not in a package. */
  private static void key(Examined image, String path, Flaws flaws) {
    if (image.contract().sandbox() && !image.isStandIn()) {
      flaws.add("apk-key", "/" + path, "no package has it, and packages would be trusted by it");
    }
  }

  private static boolean isLookedInto(Examined image, String path) {
    int slash = path.indexOf('/');
    return image.contract().closed()
        || PACKAGES.contains(slash < 0 ? path : path.substring(0, slash));
  }

  /**
   * Links to busybox are made by its trigger and are not in the database; links of npm lead to what
   * it installed.
   */
  private static boolean isAppletOrModule(Examined image, RootEntry entry) {
    if (!entry.isLink()) {
      return false;
    }
    Optional<String> leadsTo = image.root().follow(entry.path()).map(RootEntry::path);
    return leadsTo
        .filter(
            path ->
                path.endsWith("bin/busybox")
                    || (entry.path().startsWith("usr/local/bin/")
                        && path.startsWith("usr/local/lib/node_modules/")))
        .isPresent();
  }
}

package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** Checks that every symbolic link has a target. */
final class LinkCheck implements Check {

  /** Directories that the engine and the kernel fill when a container starts. */
  private static final List<String> RUNTIME = List.of("dev", "proc", "run", "sys");

  /** Links that their packages ship without a target, and the reason why that is harmless. */
  private record Known(Pattern paths, String reason) {

    static Known of(String paths, String reason) {
      return new Known(Pattern.compile(paths), reason);
    }
  }

  private static final List<Known> KNOWN =
      List.of(
          Known.of(
              "usr/lib/gcc/[^/]+/[^/]+/lib(itm|quadmath)\\.so",
              "the stand-in's gcc has no libraries for transactional memory and quadruple"
                  + " precision, which only programs that request them by name need"),
          Known.of(
              "usr/bin/editor",
              "Debian's git starts an editor by this name, which is a link to vim; an image may leave"
                  + " vim out"),
          Known.of(
              "usr/share/misc/magic",
              "Debian omits the text form of libmagic's database, because programs read the"
                  + " compiled form, magic.mgc, beside it"));

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of("dangling-link", "every symbolic link has a target in the image");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (RootEntry entry : image.root().entries()) {
      String target = entry.target();
      if (target == null
          || KNOWN.stream().anyMatch(known -> known.paths.matcher(entry.path()).matches())
          || image.root().follow(entry.path()).isPresent()
          || leadsToRuntime(entry.path(), target)) {
        continue;
      }
      flaws.add(
          "dangling-link",
          "/" + entry.path(),
          "its target " + target + " does not exist or leads into a cycle of links");
    }
  }

  private static boolean leadsToRuntime(String path, String target) {
    String resolved =
        target.startsWith("/")
            ? target
            : Path.of("/", path).resolveSibling(target).normalize().toString();
    return RUNTIME.stream()
        .anyMatch(each -> resolved.equals("/" + each) || resolved.startsWith("/" + each + "/"));
  }
}

package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.verify.content.Flaws;
import ai.opencode.sandbox.verify.content.RootEntry;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Every symbolic link leads to something. */
final class LinkCheck implements Check {

  /** File systems that engine and kernel fill when a container starts. */
  private static final List<String> RUNTIME = List.of("dev", "proc", "run", "sys");

  /** Links that lead nowhere where they come from, and why that does no harm. */
  static final Map<String, String> ALLOWED = new TreeMap<>();

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of("dangling-link", "every symbolic link leads to something in the image");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (RootEntry entry : image.root().entries()) {
      String target = entry.target();
      if (target == null
          || ALLOWED.containsKey(entry.path())
          || image.root().follow(entry.path()).isPresent()
          || leadsToRuntime(entry.path(), target)) {
        continue;
      }
      flaws.add(
          "dangling-link",
          "/" + entry.path(),
          "it leads to " + target + ", where nothing is (or in a circle)");
    }
  }

  private static boolean leadsToRuntime(String path, String target) {
    String resolved =
        target.startsWith("/")
            ? target
            : java.nio.file.Path.of("/", path).resolveSibling(target).normalize().toString();
    return RUNTIME.stream()
        .anyMatch(each -> resolved.equals("/" + each) || resolved.startsWith("/" + each + "/"));
  }
}

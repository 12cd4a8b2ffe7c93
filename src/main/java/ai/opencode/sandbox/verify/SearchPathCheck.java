package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.FileOwners;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Checks that a shell finds a package's program under its name, and no other program before it. */
final class SearchPathCheck implements Check {

  /** The user's own programs are found first; the image contains none. */
  private static final String OWN = "/home/opencode/.local/bin";

  private static final List<String> PLACES =
      List.of(OWN, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /** Link targets that merge several directories of the search path into one. */
  private static final Set<String> MERGED = Set.of("bin", "sbin", "usr/bin", "usr/sbin");

  private static final Pattern PLAIN = Pattern.compile("(/(?!\\.{1,2}(/|$))[^/]+)+");

  private static final Pattern LOADER =
      Pattern.compile("etc/(ld-musl-[^/]+\\.path|ld\\.so\\.conf(\\.d/[^/]+)?)");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "search-path",
            "PATH contains the user's own directory and others that only root can change",
        "shadowed-program", "no program of a package is hidden by an unaccounted file");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    if (image.contract().sandbox()) {
      String path = image.environment().getOrDefault("PATH", "");
      for (String place : path.split(":", -1)) {
        place(image, place).ifPresent(flaw -> flaws.add("search-path", "PATH", flaw));
      }
    }
    if (image.contract().sandbox()) {
      libraries(image, flaws);
    }
    if (image.database() != null) {
      shadows(image, image.searchPath(), flaws);
      if (image.contract().sandbox()) {
        shadows(image, PLACES, flaws);
      }
    }
  }

  /** Checks the directories that the dynamic loaders search in addition to their own. */
  private static void libraries(Examined image, Flaws flaws) {
    for (RootEntry entry : image.root().below("etc")) {
      if (!LOADER.matcher(entry.path()).matches()) {
        continue;
      }
      String text = image.root().text(entry.path()).orElse("");
      for (String word : text.split("[:,\\s]+", -1)) {
        if (word.startsWith("/") && isWritable(image, word.substring(1))) {
          flaws.add(
              "search-path",
              "/" + entry.path(),
              "\"" + word + "\" can be changed by the sandbox's user");
        }
      }
    }
  }

  private static Optional<String> place(Examined image, String place) {
    String words = "\"" + place + "\" ";
    if (!PLAIN.matcher(place).matches()) {
      return Optional.of(
          words + "is not a plain absolute path: programs of any directory would run");
    }
    if (image.contract().closed() && !PLACES.contains(place)) {
      return Optional.of(words + "is not one of " + String.join(", ", PLACES));
    }
    Optional<RootEntry> found = image.root().follow(place);
    String real = found.map(RootEntry::path).orElse(place.substring(1));
    if (found.isPresent() && !found.get().isDirectory()) {
      return Optional.of(words + "is " + found.get().kind());
    }
    if (!place.equals("/" + real) && !MERGED.contains(real)) {
      return Optional.of(words + "is a link to /" + real);
    }
    boolean own = place.equals(OWN);
    boolean usersHome = !image.contract().closed() && place.startsWith("/home/opencode/");
    return own || usersHome || !isWritable(image, real)
        ? Optional.empty()
        : Optional.of(words + "can be changed by the sandbox's user");
  }

  /** Returns whether the sandbox's user could create a missing directory. */
  private static boolean isWritable(Examined image, String directory) {
    String nearest = directory;
    while (!nearest.isEmpty() && image.root().follow(nearest).isEmpty()) {
      // A dangling link would point to whatever the user creates there.
      if (image.root().at(nearest).isPresent()) {
        return true;
      }
      nearest = nearest.substring(0, Math.max(0, nearest.lastIndexOf('/')));
    }
    return image
        .root()
        .follow(nearest)
        .filter(
            entry ->
                OwnershipCheck.isUsers(entry)
                    || (entry.mode() & 0002) != 0
                    || entry.path().equals("workspace"))
        .isPresent();
  }

  private static void shadows(Examined image, List<String> places, Flaws flaws) {
    FileOwners owners = image.owners();
    UnownedFiles unowned = image.unowned();
    Map<String, List<String>> strangers = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    for (String place : places) {
      String real =
          image.root().follow(place).filter(RootEntry::isDirectory).map(RootEntry::path).orElse("");
      if (real.isEmpty() || !seen.add(real)) {
        continue;
      }
      Map<String, String> here = new TreeMap<>();
      for (RootEntry entry : image.root().below(real)) {
        String name = entry.path().substring(real.length() + 1);
        if (name.contains("/") || entry.isDirectory()) {
          continue;
        }
        Optional<String> owner = owners.of(entry.path());
        boolean applet = owner.isEmpty() && unowned.applets().has(entry);
        if (owner.isPresent() || applet) {
          for (String stranger : strangers.getOrDefault(name, List.of())) {
            flaws.add(
                "shadowed-program",
                "/" + stranger,
                "it comes before /" + entry.path() + " of " + owner.orElse("busybox"));
          }
        }
        if (owner.isEmpty() && !unowned.mayShadow(entry)) {
          here.put(name, entry.path());
        }
      }
      here.forEach(
          (name, path) -> strangers.computeIfAbsent(name, key -> new ArrayList<>()).add(path));
    }
  }
}

package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.failure.VerificationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The file system that a stack of layers gives, by path without leading slash; the root itself is
 * the empty path. Decides which layers are safe, and where paths lead.
 */
public final class RootView {

  private static final int MAX_LINKS = 40;

  private final NavigableMap<String, Node> nodes;

  public RootView() {
    this.nodes = new TreeMap<>();
    nodes.put("", Node.directory(0755, 0, 0));
  }

  private RootView(NavigableMap<String, Node> nodes) {
    this.nodes = new TreeMap<>(nodes);
  }

  /** An independent copy, to build upon. */
  public RootView copy() {
    return new RootView(nodes);
  }

  public @Nullable Node get(String path) {
    return nodes.get(path);
  }

  /** Everything, parents before what lies in them. */
  public NavigableMap<String, Node> nodes() {
    return Collections.unmodifiableNavigableMap(nodes);
  }

  /** The text of a file whose content was kept. */
  public Optional<String> text(String path) {
    return bytes(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** The content of a file, where it was kept; links are followed. */
  public Optional<byte[]> bytes(String path) {
    Node node = nodes.get(resolve(path));
    return node == null ? Optional.empty() : Optional.ofNullable(node.content());
  }

  /** Puts something in its place; what was there goes, with everything in it. */
  public void put(String path, Node node) {
    Node before = nodes.put(path, node);
    if (before != null && before.isDirectory() && !node.isDirectory()) {
      below(path).clear();
    }
  }

  /** Takes something away, with everything in it. */
  public void remove(String path) {
    nodes.remove(path);
    below(path).clear();
  }

  /** Everything inside a directory, without itself. */
  public NavigableMap<String, Node> below(String path) {
    return path.isEmpty()
        ? nodes.tailMap("", false)
        : nodes.subMap(path + "/", true, path + "0", false);
  }

  /**
   * Where a path leads when every link on the way and the last one are followed. Parts that do not
   * exist stay as they stand.
   *
   * @throws VerificationException where links run in a circle
   */
  public String resolve(String path) {
    return isPlain(path) ? path : follow(path);
  }

  /** Whether a path, read as text, is the place that it leads to. Most are, and many are asked. */
  private boolean isPlain(String path) {
    for (int start = 0; start <= path.length(); ) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      Node node = nodes.get(path.substring(0, end));
      if (isDotsOrNothing(path, start, end) || (node != null && node.type() == Node.Type.LINK)) {
        return false;
      }
      start = end + 1;
    }
    return true;
  }

  private static boolean isDotsOrNothing(String path, int start, int end) {
    int length = end - start;
    return length == 0
        || (path.charAt(start) == '.'
            && (length == 1 || (length == 2 && path.charAt(start + 1) == '.')));
  }

  private String follow(String path) {
    Deque<String> open = new ArrayDeque<>(parts(path));
    List<String> done = new ArrayList<>();
    int links = 0;
    while (!open.isEmpty()) {
      String part = open.removeFirst();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        if (!done.isEmpty()) {
          done.remove(done.size() - 1);
        }
        continue;
      }
      done.add(part);
      Node node = nodes.get(String.join("/", done));
      if (node != null && node.type() == Node.Type.LINK) {
        if (++links > MAX_LINKS) {
          throw new VerificationException("The link /" + path + " leads in a circle");
        }
        done.remove(done.size() - 1);
        if (node.target().startsWith("/")) {
          done.clear();
        }
        List<String> target = parts(node.target());
        for (int i = target.size() - 1; i >= 0; i--) {
          open.addFirst(target.get(i));
        }
      }
    }
    return String.join("/", done);
  }

  /** Where an entry of this name would be made: its folder resolved, its own name as it stands. */
  public String place(String path) {
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      return path;
    }
    return child(resolve(path.substring(0, slash)), path.substring(slash + 1));
  }

  /** Where a name leads in a folder that is where it says. */
  public String resolve(String folder, String name) {
    String path = child(folder, name);
    Node node = nodes.get(path);
    return node != null && node.type() == Node.Type.LINK ? resolve(path) : path;
  }

  /** The path of what has a name in a folder. */
  public static String child(String folder, String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  public static String parent(String path) {
    return path.substring(0, Math.max(path.lastIndexOf('/'), 0));
  }

  private static List<String> parts(String path) {
    return List.of(path.split("/", -1));
  }

  /** Paths of the nodes that a package brought. */
  public List<String> ownedBy(String packageName) {
    List<String> paths = new ArrayList<>();
    for (Map.Entry<String, Node> each : nodes.entrySet()) {
      if (packageName.equals(each.getValue().owner())) {
        paths.add(each.getKey());
      }
    }
    return paths;
  }
}

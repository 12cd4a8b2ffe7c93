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
 * the empty path. It decides which layers are safe, and to which place a path leads.
 *
 * <p>A root never changes, so it may be shared between threads. {@link #toBuilder} starts another
 * one.
 */
public final class Root {

  private static final int MAX_LINKS = 40;

  private final NavigableMap<String, Node> nodes;

  private Root(NavigableMap<String, Node> nodes) {
    this.nodes = Collections.unmodifiableNavigableMap(nodes);
  }

  /** A builder with an empty root directory. */
  public static Builder builder() {
    Builder builder = new Builder(new TreeMap<>());
    builder.put("", Node.directory(0755, 0, 0));
    return builder;
  }

  /** A builder with everything that is here. */
  public Builder toBuilder() {
    return new Builder(new TreeMap<>(nodes));
  }

  public @Nullable Node get(String path) {
    return nodes.get(path);
  }

  /** Everything, parents before what lies in them. */
  public NavigableMap<String, Node> nodes() {
    return nodes;
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

  /** Everything inside a directory, without itself. */
  public NavigableMap<String, Node> below(String path) {
    return below(nodes, path);
  }

  private static NavigableMap<String, Node> below(NavigableMap<String, Node> nodes, String path) {
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

  /**
   * A root that is being made. It belongs to one thread, and ends with {@link #build}: from then on
   * nobody can change what it has made.
   */
  public static final class Builder {

    private @Nullable NavigableMap<String, Node> open;

    /** The root as it is now, never to be given away. */
    private final Root now;

    private Builder(NavigableMap<String, Node> nodes) {
      this.open = nodes;
      this.now = new Root(nodes);
    }

    /**
     * The finished root.
     *
     * @throws IllegalStateException where it was finished before
     */
    public Root build() {
      nodes();
      open = null;
      return now;
    }

    /** Puts something in its place; the former content of the place goes, with all below it. */
    public void put(String path, Node node) {
      Node before = nodes().put(path, node);
      if (before != null && before.isDirectory() && !node.isDirectory()) {
        empty(path);
      }
    }

    /** Takes something away, with everything in it. */
    public void remove(String path) {
      nodes().remove(path);
      empty(path);
    }

    /** Takes away everything inside a directory. */
    public void empty(String path) {
      Root.below(nodes(), path).clear();
    }

    public @Nullable Node get(String path) {
      return now.get(path);
    }

    /** The content of a file, where it was kept; links are followed. */
    public Optional<byte[]> bytes(String path) {
      return now.bytes(path);
    }

    /** The text of a file whose content was kept. */
    public Optional<String> text(String path) {
      return now.text(path);
    }

    /** The paths of everything inside a directory at this moment. */
    public List<String> pathsBelow(String path) {
      return List.copyOf(now.below(path).keySet());
    }

    /** Whether nothing is inside a directory. */
    public boolean isEmpty(String path) {
      return now.below(path).isEmpty();
    }

    /** See {@link Root#resolve(String)}. */
    public String resolve(String path) {
      return now.resolve(path);
    }

    /** See {@link Root#resolve(String, String)}. */
    public String resolve(String folder, String name) {
      return now.resolve(folder, name);
    }

    /** See {@link Root#place}. */
    public String place(String path) {
      return now.place(path);
    }

    /** See {@link Root#ownedBy}. */
    public List<String> ownedBy(String packageName) {
      return now.ownedBy(packageName);
    }

    private NavigableMap<String, Node> nodes() {
      if (open == null) {
        throw new IllegalStateException("the root is finished");
      }
      return open;
    }
  }
}

package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.apk.PackageId;
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
 * The file system that a stack of layers produces, by path without leading slash; the root itself
 * is the empty path. It resolves paths through symbolic links.
 *
 * <p>A root never changes, so threads can share it. {@link #toBuilder} starts another one.
 */
public final class Root {

  private static final int MAX_LINKS = 40;

  /** Never returned to callers, and changed only by the builder that creates this root. */
  private final NavigableMap<String, Node> nodes;

  private Root(NavigableMap<String, Node> nodes) {
    this.nodes = nodes;
  }

  /** Returns a builder with an empty root directory. */
  public static Builder builder() {
    Builder builder = new Builder(new TreeMap<>());
    builder.put("", Node.directory(0755, 0, 0));
    return builder;
  }

  /** Returns a builder with all nodes of this root. */
  public Builder toBuilder() {
    return new Builder(new TreeMap<>(nodes));
  }

  public @Nullable Node get(String path) {
    return nodes.get(path);
  }

  /** Returns all nodes, parents before their children. */
  public NavigableMap<String, Node> nodes() {
    return Collections.unmodifiableNavigableMap(nodes);
  }

  /** Returns the text of a file whose content was kept. */
  public Optional<String> text(String path) {
    return bytes(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** Returns the content of a file if it was kept; links are followed. */
  public Optional<byte[]> bytes(String path) {
    Node node = nodes.get(resolve(path));
    return node == null ? Optional.empty() : Optional.ofNullable(node.content());
  }

  /** Returns everything inside a directory, without itself. */
  public NavigableMap<String, Node> below(String path) {
    return Collections.unmodifiableNavigableMap(below(nodes, path));
  }

  private static NavigableMap<String, Node> below(NavigableMap<String, Node> nodes, String path) {
    return path.isEmpty()
        ? nodes.tailMap("", false)
        : nodes.subMap(path + "/", true, path + "0", false);
  }

  /**
   * Resolves all links in a path, including the last part. Parts that do not exist are kept
   * unchanged.
   *
   * @throws VerificationException if the path leads through more than 40 links, as in a cycle
   */
  public String resolve(String path) {
    return isPlain(path) ? path : follow(path);
  }

  /**
   * Returns whether a path has no links, dots or empty parts, so that it resolves to itself. The
   * check is fast, and most paths pass it.
   */
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
          throw new VerificationException(
              "The link /"
                  + path
                  + " is part of a cycle of links. Remove the link from the image or package.");
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

  /**
   * Returns the path at which an entry of this name would be created: its parent is resolved, its
   * own name is not.
   */
  public String place(String path) {
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      return path;
    }
    return child(resolve(path.substring(0, slash)), path.substring(slash + 1));
  }

  /** Resolves a name in a directory whose path is resolved already. */
  public String resolve(String directory, String name) {
    String path = child(directory, name);
    Node node = nodes.get(path);
    return node != null && node.type() == Node.Type.LINK ? resolve(path) : path;
  }

  /**
   * Returns an absolute path as a root has it, without leading slash.
   *
   * @throws IllegalArgumentException if the path is not absolute
   */
  public static String relative(String absolute) {
    if (!absolute.startsWith("/")) {
      throw new IllegalArgumentException(absolute + " is not an absolute path");
    }
    return absolute.substring(1);
  }

  /** Joins a directory path and a file name. */
  public static String child(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }

  public static String parent(String path) {
    return path.substring(0, Math.max(path.lastIndexOf('/'), 0));
  }

  private static List<String> parts(String path) {
    return List.of(path.split("/", -1));
  }

  /** Returns the paths of the nodes that a package brought. */
  public List<String> ownedBy(PackageId owner) {
    List<String> paths = new ArrayList<>();
    for (Map.Entry<String, Node> each : nodes.entrySet()) {
      if (owner.equals(each.getValue().owner())) {
        paths.add(each.getKey());
      }
    }
    return paths;
  }

  /**
   * A root under construction. One thread uses it until {@link #build}, after which the result
   * cannot change.
   */
  public static final class Builder {

    private @Nullable NavigableMap<String, Node> open;

    /** The current state, never returned to callers before {@link #build}. */
    private final Root now;

    private Builder(NavigableMap<String, Node> nodes) {
      this.open = nodes;
      this.now = new Root(nodes);
    }

    /**
     * Returns the finished root.
     *
     * @throws IllegalStateException if it was finished before
     */
    public Root build() {
      nodes();
      open = null;
      return now;
    }

    /** Puts a node at a path and removes the former one with everything below it. */
    public void put(String path, Node node) {
      Node before = nodes().put(path, node);
      if (before != null && before.isDirectory() && !node.isDirectory()) {
        empty(path);
      }
    }

    /** Removes a path with everything below it. */
    public void remove(String path) {
      nodes().remove(path);
      empty(path);
    }

    /** Removes everything inside a directory. */
    public void empty(String path) {
      Root.below(nodes(), path).clear();
    }

    public @Nullable Node get(String path) {
      return now.get(path);
    }

    /** Returns the content of a file if it was kept; links are followed. */
    public Optional<byte[]> bytes(String path) {
      return now.bytes(path);
    }

    /** Returns the text of a file whose content was kept. */
    public Optional<String> text(String path) {
      return now.text(path);
    }

    /** Returns the current paths of everything inside a directory. */
    public List<String> pathsBelow(String path) {
      return List.copyOf(now.below(path).keySet());
    }

    /** Returns whether a directory is empty. */
    public boolean isEmpty(String path) {
      return now.below(path).isEmpty();
    }

    /** Resolves a path like {@link Root#resolve(String)}. */
    public String resolve(String path) {
      return now.resolve(path);
    }

    /** Resolves a name in a directory like {@link Root#resolve(String, String)}. */
    public String resolve(String directory, String name) {
      return now.resolve(directory, name);
    }

    /** Returns a path's place like {@link Root#place}. */
    public String place(String path) {
      return now.place(path);
    }

    /** Returns a package's paths like {@link Root#ownedBy}. */
    public List<String> ownedBy(PackageId owner) {
      return now.ownedBy(owner);
    }

    private NavigableMap<String, Node> nodes() {
      if (open == null) {
        throw new IllegalStateException("the root is finished");
      }
      return open;
    }
  }
}

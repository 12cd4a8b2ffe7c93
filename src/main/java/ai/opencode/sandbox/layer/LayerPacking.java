package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import ai.opencode.sandbox.npm.NpmLayerGroup;
import ai.opencode.sandbox.npm.NpmTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The rules and limits by which packages are divided into layers, without I/O.
 *
 * <p>A large package without obstacles is stored verbatim. The others share merged layers. A change
 * of one package transfers its whole layer again, so layers should be small; and each layer adds
 * about 60 ms to every pull (Docker 20.10, independent of its size), so layers should be few. Small
 * packages therefore share small layers, and medium ones share larger layers. The grouping uses
 * rounded sizes, so that a new version of a package seldom regroups the others.
 */
public final class LayerPacking {

  /** The format's version: raise it whenever the same packages give other layers. */
  public static final int FORMAT = 6;

  /** The compressed size from which a layer of its own saves more than it costs a pull. */
  static final long VERBATIM_BYTES = 2_000_000;

  /**
   * The bytes by which an entry lowers its package's size: that of the extended header with its
   * checksum. A merged layer has no such headers, and Docker 26 takes 0.1 ms for each.
   */
  static final long ENTRY_BYTES = 1024;

  /** The maximum of verbatim layers. Docker allows 125 layers in an image; each adds to a pull. */
  static final int MAX_VERBATIM = 25;

  /** The compressed size from which a package is medium instead of small. */
  static final long MEDIUM_BYTES = 512 << 10;

  /** The size of a group of small packages: a bound on the transfer that a change causes. */
  static final long SMALL_GROUP_BYTES = 1_700_000;

  static final long MEDIUM_GROUP_BYTES = 12_000_000;

  /** The maximum number of groups of one kind, a bound on layers for many packages. */
  static final int MAX_GROUPS = 8;

  private LayerPacking() {}

  /**
   * Returns the layers of Alpine packages, lowest first: packages stored verbatim, groups of small
   * packages, groups of medium packages, and the effects of scripts.
   *
   * @param packages the packages in the order of installation, which is kept within a layer
   * @param effects the effects of installation scripts; a layer of them is written only if there
   *     are any
   */
  static List<PackedLayer> plan(List<PlacedPackage> packages, ScriptEffects effects) {
    Set<PlacedPackage> verbatim = verbatim(packages);
    List<PackedLayer> layers = new ArrayList<>();
    List<PlacedPackage> small = new ArrayList<>();
    List<PlacedPackage> medium = new ArrayList<>();
    for (PlacedPackage each : packages) {
      if (verbatim.contains(each)) {
        layers.add(new PackedLayer.Verbatim(each));
      } else {
        (weight(each) > MEDIUM_BYTES ? medium : small).add(each);
      }
    }
    List<List<PlacedPackage>> groups = new ArrayList<>(groups(small, SMALL_GROUP_BYTES));
    groups.addAll(groups(medium, MEDIUM_GROUP_BYTES));
    if (groups.isEmpty()) {
      // Corrections of verbatim layers need a merged layer, even one without packages.
      groups.add(List.of());
    }
    for (int i = 0; i < groups.size(); i++) {
      // Corrections apply to all layers below, so the last one has them.
      layers.add(merged(groups.get(i), i == groups.size() - 1));
    }
    if (!effects.isEmpty()) {
      layers.add(new PackedLayer.Scripts(effects));
    }
    return layers;
  }

  /** Returns the layer of a group of npm packages; the tree defines the groups. */
  static PlannedLayer.Npm plan(NpmTree tree, NpmLayerGroup group) {
    return new PlannedLayer.Npm(group.title(), tree.facts(group));
  }

  private static Set<PlacedPackage> verbatim(List<PlacedPackage> packages) {
    Set<PlacedPackage> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
    packages.stream()
        .filter(each -> each.obstacles().isEmpty() && isBig(each))
        .sorted(largestFirst(LayerPacking::bytes))
        .limit(MAX_VERBATIM)
        .forEach(chosen::add);
    return chosen;
  }

  private static Comparator<PlacedPackage> largestFirst(ToLongFunction<PlacedPackage> size) {
    return Comparator.comparingLong(size).reversed().thenComparing(PlacedPackage::id);
  }

  private static long bytes(PlacedPackage each) {
    return each.apk().data().size();
  }

  private static int entries(PlacedPackage each) {
    return each.apk().entries().size();
  }

  private static boolean isBig(PlacedPackage each) {
    return bytes(each) - ENTRY_BYTES * entries(each) >= VERBATIM_BYTES;
  }

  private static PackedLayer.Merged merged(List<PlacedPackage> group, boolean corrects) {
    return new PackedLayer.Merged(
        group.stream().map(each -> new PackedLayer.Merged.Content(each, reason(each))).toList(),
        corrects);
  }

  private static Reason reason(PlacedPackage each) {
    if (!each.obstacles().isEmpty()) {
      return new Reason.Hindered(each.obstacles());
    }
    return isBig(each)
        ? new Reason.TooMany(MAX_VERBATIM)
        : new Reason.TooSmall(bytes(each), entries(each));
  }

  /**
   * Divides packages into groups of similar size: the largest first, each to the smallest group.
   */
  private static List<List<PlacedPackage>> groups(List<PlacedPackage> packages, long groupBytes) {
    long total = packages.stream().mapToLong(LayerPacking::weight).sum();
    List<Group> groups = new ArrayList<>();
    for (long missing = total; missing > 0 && groups.size() < MAX_GROUPS; missing -= groupBytes) {
      groups.add(new Group());
    }
    for (PlacedPackage each :
        packages.stream().sorted(largestFirst(LayerPacking::weight)).toList()) {
      // The first of several that are equally empty.
      Collections.min(groups, Comparator.comparingLong(group -> group.filled)).add(each);
    }
    return groups.stream().map(group -> group.inOrderOf(packages)).toList();
  }

  /** The packages of a layer while packages are divided. */
  private static final class Group {

    private final Set<PlacedPackage> members = Collections.newSetFromMap(new IdentityHashMap<>());
    private long filled;

    void add(PlacedPackage each) {
      members.add(each);
      filled += weight(each);
    }

    List<PlacedPackage> inOrderOf(List<PlacedPackage> packages) {
      return packages.stream().filter(members::contains).toList();
    }
  }

  private static long weight(PlacedPackage each) {
    return weight(bytes(each));
  }

  /** Returns a compressed size, rounded up to a step of …, 64, 80, 96, 112, 128, 160, … KiB. */
  static long weight(long bytes) {
    long size = Math.max(4096, bytes);
    long step = Long.highestOneBit(size) >> 2;
    return (size + step - 1) / step * step;
  }
}

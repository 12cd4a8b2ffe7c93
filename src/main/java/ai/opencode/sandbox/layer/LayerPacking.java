package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.npm.NpmLayerGroup;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The division of packages into layers: all limits and rules, and no I/O.
 *
 * <p>A big package is stored verbatim where nothing hinders it. The others share merged layers. A
 * layer is sent again when one of its packages changes, so it should not be much larger than they
 * are; and every layer costs each pull some 60 ms (Docker 20.10, whatever the layer holds), so
 * there should be few. Small packages therefore share small layers, and those in between larger
 * ones. A package's neighbours must not depend on its exact size, or its next version would move
 * them all.
 */
public final class LayerPacking {

  /** To be raised with every change to which layers the same packages give. */
  public static final int FORMAT = 5;

  /** Below it, a layer of its own costs a pull more than it saves. */
  static final long VERBATIM_BYTES = 2_000_000;

  /**
   * The number of bytes that an entry counts against its package: the size of the extended header
   * that carries its checksum. A rewritten layer has none, and Docker 26 takes a tenth of a
   * millisecond for each.
   */
  static final long ENTRY_BYTES = 1024;

  /** Docker starts no image of more than 125 layers; far below that, each costs time. */
  static final int MOST_VERBATIM = 25;

  /** From here on, a package is not small. */
  static final long MEDIUM_BYTES = 512 << 10;

  /** The most that a change of a small package may cost to send, in bytes of packages. */
  static final long SMALL_GROUP_BYTES = 1_700_000;

  static final long MEDIUM_GROUP_BYTES = 12_000_000;

  /** Groups of one kind; a hundred packages of half a megabyte would be too many layers. */
  static final int MOST_GROUPS = 8;

  private LayerPacking() {}

  /**
   * The layers of Alpine packages, lowest first: those stored verbatim, those of small packages,
   * those of the packages in between, and the effects of scripts.
   *
   * @param packages in the order of installation, which is kept within a layer
   * @param scripted names of the packages whose scripts have effects, sorted
   */
  static List<PlannedLayer> plan(List<PackageToPack> packages, Collection<String> scripted) {
    Set<PackageToPack> verbatim = verbatim(packages);
    List<PlannedLayer> layers = new ArrayList<>();
    List<PackageToPack> small = new ArrayList<>();
    List<PackageToPack> medium = new ArrayList<>();
    for (PackageToPack each : packages) {
      if (verbatim.contains(each)) {
        layers.add(new PlannedLayer.Verbatim(each.label(), each.data()));
      } else {
        (weight(each) > MEDIUM_BYTES ? medium : small).add(each);
      }
    }
    List<List<PackageToPack>> groups = new ArrayList<>(groups(small, SMALL_GROUP_BYTES));
    groups.addAll(groups(medium, MEDIUM_GROUP_BYTES));
    if (groups.isEmpty()) {
      // Corrections need a layer, too.
      groups.add(List.of());
    }
    for (int i = 0; i < groups.size(); i++) {
      // Corrections come last, over everything else.
      layers.add(merged(groups.get(i), i == groups.size() - 1));
    }
    if (!scripted.isEmpty()) {
      layers.add(new PlannedLayer.Scripts(List.copyOf(scripted)));
    }
    return layers;
  }

  /** The layer of a group of packages from npm; the groups are those of the tree. */
  static PlannedLayer.Npm plan(NpmLayerGroup group) {
    return new PlannedLayer.Npm(
        group.title(), group.packages().stream().map(LockedNpmPackage::id).toList());
  }

  private static Set<PackageToPack> verbatim(List<PackageToPack> packages) {
    return new HashSet<>(
        packages.stream()
            .filter(each -> each.obstacles().isEmpty() && isBig(each))
            .sorted(
                Comparator.comparingLong(PackageToPack::bytes)
                    .reversed()
                    .thenComparing(PackageToPack::name))
            .limit(MOST_VERBATIM)
            .toList());
  }

  private static boolean isBig(PackageToPack each) {
    return each.bytes() - ENTRY_BYTES * each.entries() >= VERBATIM_BYTES;
  }

  private static PlannedLayer.Merged merged(List<PackageToPack> group, boolean corrects) {
    return new PlannedLayer.Merged(
        group.stream()
            .map(each -> new PlannedLayer.MergedPackage(each.label(), reason(each)))
            .toList(),
        corrects);
  }

  private static Reason reason(PackageToPack each) {
    if (!each.obstacles().isEmpty()) {
      return new Reason.Hindered(each.obstacles());
    }
    return isBig(each)
        ? new Reason.TooMany(MOST_VERBATIM)
        : new Reason.TooSmall(each.bytes(), each.entries());
  }

  /** Groups of about the same size: the largest package first into the emptiest group. */
  private static List<List<PackageToPack>> groups(List<PackageToPack> packages, long groupBytes) {
    long total = packages.stream().mapToLong(LayerPacking::weight).sum();
    int count = (int) Math.min(MOST_GROUPS, (total + groupBytes - 1) / groupBytes);
    long[] filled = new long[count];
    Map<PackageToPack, Integer> chosen = new HashMap<>();
    List<PackageToPack> largestFirst = new ArrayList<>(packages);
    largestFirst.sort(
        Comparator.comparingLong(LayerPacking::weight)
            .reversed()
            .thenComparing(PackageToPack::name));
    for (PackageToPack each : largestFirst) {
      int emptiest = 0;
      for (int i = 1; i < count; i++) {
        emptiest = filled[i] < filled[emptiest] ? i : emptiest;
      }
      filled[emptiest] += weight(each);
      chosen.put(each, emptiest);
    }
    List<List<PackageToPack>> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int group = i;
      groups.add(
          packages.stream().filter(each -> chosen.getOrDefault(each, -1) == group).toList());
    }
    return groups;
  }

  /** Compressed size, rounded up to the next of the steps …, 64, 80, 96, 112, 128, 160, … KiB. */
  static long weight(PackageToPack each) {
    long size = Math.max(4096, each.bytes());
    long step = Long.highestOneBit(size) >> 2;
    return (size + step - 1) / step * step;
  }
}

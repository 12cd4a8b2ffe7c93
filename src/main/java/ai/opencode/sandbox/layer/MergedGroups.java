package ai.opencode.sandbox.layer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of the packages that are too small for layers of their own share one.
 *
 * <p>A layer is sent again when one of its packages changes, so none should be large; and every
 * layer costs each pull about as much as a megabyte does, so there should be few. A package's
 * neighbours must not depend on its exact size, or its next version would move them all.
 */
final class MergedGroups {

  /** What a change of one package may cost to send, in bytes of packages, generously counted. */
  private static final long GROUP_BYTES = 1_700_000;

  private MergedGroups() {}

  /**
   * Divides packages into groups of about the same size, the largest first into the emptiest.
   *
   * @param packages in install order, which is kept within a group
   * @param most groups
   */
  static List<List<PlacedPackage>> of(List<PlacedPackage> packages, int most) {
    long total = packages.stream().mapToLong(MergedGroups::weight).sum();
    int count = (int) Math.max(1, Math.min(most, (total + GROUP_BYTES - 1) / GROUP_BYTES));
    long[] filled = new long[count];
    Map<PlacedPackage, Integer> groups = new HashMap<>();
    List<PlacedPackage> largestFirst = new ArrayList<>(packages);
    largestFirst.sort(
        Comparator.comparingLong(MergedGroups::weight)
            .reversed()
            .thenComparing(PlacedPackage::name));
    for (PlacedPackage each : largestFirst) {
      int emptiest = 0;
      for (int i = 1; i < count; i++) {
        emptiest = filled[i] < filled[emptiest] ? i : emptiest;
      }
      filled[emptiest] += weight(each);
      groups.put(each, emptiest);
    }
    List<List<PlacedPackage>> result = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int group = i;
      result.add(
          packages.stream()
              .filter(each -> Integer.valueOf(group).equals(groups.get(each)))
              .toList());
    }
    return result;
  }

  /** Compressed size, rounded up to the next of the steps …, 64, 80, 96, 112, 128, 160, … KiB. */
  static long weight(PlacedPackage placed) {
    long size = Math.max(4096, placed.apk().data().size());
    long step = Long.highestOneBit(size) >> 2;
    return (size + step - 1) / step * step;
  }
}

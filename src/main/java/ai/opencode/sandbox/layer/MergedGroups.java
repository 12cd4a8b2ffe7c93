package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.install.PlacedPackage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which of the packages that are too small for layers of their own share one.
 *
 * <p>A layer is sent again when one of its packages changes, so it should not be much larger than
 * they are; and every layer costs each pull some 60 ms (Docker 20.10, whatever the layer holds), so
 * there should be few. Small packages therefore share small layers, and those in between larger
 * ones. A package's neighbours must not depend on its exact size, or its next version would move
 * them all.
 */
final class MergedGroups {

  /** From here on, a package is not small. */
  private static final long MEDIUM_BYTES = 512 << 10;

  /** What a change of a small package may cost to send, in bytes of packages, well counted. */
  private static final long SMALL_GROUP_BYTES = 1_700_000;

  private static final long MEDIUM_GROUP_BYTES = 12_000_000;

  /** Of one kind; a hundred packages of half a megabyte would be too many layers. */
  private static final int MOST = 8;

  private MergedGroups() {}

  /**
   * Divides packages into groups, those of small packages first.
   *
   * @param packages in install order, which is kept within a group
   */
  static List<List<PlacedPackage>> of(List<PlacedPackage> packages) {
    List<List<PlacedPackage>> groups = new ArrayList<>();
    Map<Boolean, List<PlacedPackage>> bySize =
        packages.stream().collect(Collectors.partitioningBy(each -> weight(each) > MEDIUM_BYTES));
    groups.addAll(divide(bySize.getOrDefault(false, List.of()), SMALL_GROUP_BYTES));
    groups.addAll(divide(bySize.getOrDefault(true, List.of()), MEDIUM_GROUP_BYTES));
    // What is put right beside packages needs a layer, too.
    return groups.isEmpty() ? List.of(List.of()) : groups;
  }

  /** Groups of about the same size: the largest first into the emptiest. */
  private static List<List<PlacedPackage>> divide(List<PlacedPackage> packages, long groupBytes) {
    long total = packages.stream().mapToLong(MergedGroups::weight).sum();
    int count = (int) Math.min(MOST, (total + groupBytes - 1) / groupBytes);
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
